// Messages that wait survive a reload. A storage that fails is as good as none, and what stands in it may be anybody's.
// Knows nothing of when they are sent.

/**
 * @import { Waiting } from "./outbox.js"
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} StorageLike
 */

import { isObject } from "./frames.js";
import { OUTBOX_MESSAGES_MAX } from "./outbox.js";

const ID_CHARACTERS_MAX = 64;

export class Keeping {
  #storage;
  #key;

  /**
   * @param {StorageLike | undefined} storage
   * @param {string | undefined} key
   */
  constructor(storage, key) {
    this.#storage = storage;
    this.#key = key ?? "";
  }

  /** @returns {Map<string, Waiting[]>} by conversation */
  load() {
    try {
      const stored = JSON.parse(this.#storage?.getItem(this.#key) ?? "{}");
      if (!isObject(stored)) return new Map();
      return new Map(Object.entries(stored).map(([name, list]) => [name, waiting(list)]));
    } catch {
      return new Map();
    }
  }

  /** @param {Iterable<[string, Waiting[]]>} messages by conversation */
  save(messages) {
    const kept = [...messages].filter(([, list]) => list.length > 0);
    try {
      if (kept.length > 0) this.#storage?.setItem(this.#key, JSON.stringify(Object.fromEntries(kept)));
      else this.#storage?.removeItem(this.#key);
    } catch {
      // Full, or forbidden: they wait in memory all the same.
    }
  }
}

/**
 * @param {unknown} list
 * @returns {Waiting[]}
 */
function waiting(list) {
  if (!Array.isArray(list)) return [];
  return list.filter(isWaiting).slice(0, OUTBOX_MESSAGES_MAX);
}

/**
 * @param {unknown} value
 * @returns {value is Waiting}
 */
function isWaiting(value) {
  if (!isObject(value)) return false;
  const { client_message_id: id, content, created_at, recipient_id } = value;
  return (
    typeof id === "string" && id.length >= 1 && id.length <= ID_CHARACTERS_MAX && typeof content === "string" &&
    typeof created_at === "string" && (recipient_id === undefined || Number.isSafeInteger(recipient_id))
  );
}
