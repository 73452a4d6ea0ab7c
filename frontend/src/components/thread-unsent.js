// What becomes of own messages while their conversation is not shown: those that fail are shown when it is again.
// Knows nothing of the DOM.

import { errorText } from "../strings.js";

/** @import { HandselSocket } from "../utils/websocket.js" */
/** @import { Send } from "../model/sends.js" */

/** @type {WeakMap<HandselSocket, Unsent>} */
const unsents = new WeakMap();

/**
 * What is kept for the user of a socket manager.
 *
 * @param {HandselSocket} socket
 */
export function unsentOf(socket) {
  const unsent = unsents.get(socket) ?? new Unsent(socket);
  unsents.set(socket, unsent);
  return unsent;
}

class Unsent {
  /** @type {Map<string, Map<string, Send>>} */
  #conversations = new Map();

  /** @param {HandselSocket} socket */
  constructor(socket) {
    socket.addEventListener("error", (event) => {
      const { client_message_id: id, code, message, will_retry: again } = /** @type {any} */ (event).detail;
      if (id !== undefined && again !== true) this.#failed(id, errorText(code, message));
    });
  }

  /**
   * Keeps the sends of a conversation that is shown no longer.
   *
   * @param {string} conversation
   * @param {Send[]} sends
   */
  keep(conversation, sends) {
    if (sends.length > 0) this.#conversations.set(conversation, new Map(sends.map((send) => [send.id, send])));
  }

  /**
   * Those that have failed, for a conversation that is shown again.
   *
   * @param {string} conversation
   */
  take(conversation) {
    const sends = this.#conversations.get(conversation);
    this.#conversations.delete(conversation);
    return [...(sends?.values() ?? [])].filter((send) => send.state === "failed");
  }

  /**
   * @param {string} id
   * @param {string} reason
   */
  #failed(id, reason) {
    for (const sends of this.#conversations.values()) {
      const send = sends.get(id);
      if (send) sends.set(id, { ...send, state: "failed", reason });
    }
  }
}
