// Own messages that failed, whether or not their conversation is shown: kept until they are sent again or discarded,
// over a reload as well. Knows nothing of the DOM.

import { keyOf } from "../model/conversations.js";
import { errorText } from "../strings.js";

/**
 * @import { HandselSocket } from "../utils/websocket.js"
 *
 * @typedef {{ conversation: string, id: string, content: string, created_at: string, reason: string }} Failed
 */

/** @type {WeakMap<EventTarget, Unsent>} */
const unsents = new WeakMap();

/**
 * What failed of a socket manager's user. The first call should come as soon as there is a manager: what failed before
 * is not heard.
 *
 * @param {HandselSocket} socket
 * @param {number} [me] the user, as soon as it is known
 */
export function unsentOf(socket, me) {
  const unsent = unsents.get(socket) ?? new Unsent(socket);
  unsents.set(socket, unsent);
  if (me !== undefined) unsent.isOf(me);
  return unsent;
}

class Unsent {
  #me = 0;
  /** @type {Failed[]} */
  #failed = [];

  /** @param {EventTarget} socket */
  constructor(socket) {
    /** @type {(type: string, heed: (detail: any) => void) => void} */
    const on = (type, heed) =>
      socket.addEventListener(type, (event) => heed(/** @type {CustomEvent} */ (event).detail));
    on("error", ({ code, message, will_retry: again, dropped }) => {
      if (!dropped || again) return;
      const { client_message_id: id, content, created_at, conversation } = dropped;
      this.#keep([...this.#failed, { conversation, id, content, created_at, reason: errorText(code, message) }]);
    });
    on("message", ({ message }) => this.remove(message.client_message_id));
  }

  /** @param {number} me whose they are */
  isOf(me) {
    if (me === this.#me) return;
    this.#me = me;
    this.#keep([...load(me), ...this.#failed]);
  }

  /**
   * Those of a conversation, oldest first.
   *
   * @param {string} conversation
   */
  in(conversation) {
    return this.#failed.filter((one) => keyOf(one.conversation, this.#me) === keyOf(conversation, this.#me));
  }

  /**
   * Forgets one.
   *
   * @param {string | undefined} id
   */
  remove(id) {
    if (this.#failed.some((one) => one.id === id)) this.#keep(this.#failed.filter((one) => one.id !== id));
  }

  /** @param {Failed[]} failed */
  #keep(failed) {
    this.#failed = failed;
    if (this.#me === 0) return;
    try {
      const key = storageKey(this.#me);
      if (failed.length > 0) sessionStorage.setItem(key, JSON.stringify(failed));
      else sessionStorage.removeItem(key);
    } catch {
      // Forbidden or full: they live as long as the page.
    }
  }
}

/** @param {number} me */
function storageKey(me) {
  return `handsel-unsent ${me}`;
}

/**
 * @param {number} me
 * @returns {Failed[]}
 */
function load(me) {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey(me)) ?? "[]").filter(
      (/** @type {Failed} */ { conversation, id, content, created_at, reason }) =>
        [conversation, id, content, reason].every((text) => typeof text === "string") && Date.parse(created_at) > 0,
    );
  } catch {
    return [];
  }
}
