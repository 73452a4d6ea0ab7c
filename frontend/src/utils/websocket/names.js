// Which names are the same conversation. Knows nothing of connections.

import { isKey, listingOf } from "./address.js";

export class Names {
  /** @type {Map<string, string>} */
  #keys = new Map();

  /**
   * A respondent's short form turned out to be this key.
   *
   * @param {string} key
   */
  learn(key) {
    this.#keys.set(listingOf(key), key);
  }

  /**
   * The key, where it is known.
   *
   * @param {string} name
   */
  keyOf(name) {
    return this.#keys.get(name) ?? name;
  }

  /**
   * Whether an entry of the conversation `key` may answer what was sent by that name.
   *
   * @param {string} name
   * @param {string} key
   */
  covers(name, key) {
    const known = this.keyOf(name);
    return known === key || (!isKey(known) && known === listingOf(key));
  }
}
