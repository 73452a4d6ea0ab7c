// Own messages that are no entries yet: on their way, or failed. Knows nothing of the timeline that they will be in.

/**
 * @typedef {{ id: string, content: string, created_at: string, state: "sending" | "failed", reason: string }} Send
 */

export class Sends {
  /** @type {Map<string, Send>} */
  #sends = new Map();
  /** Where those are that the server has, and whose entries are not loaded. @type {Map<string, number>} */
  #stored = new Map();

  /** All of them, oldest first. @returns {Send[]} */
  get all() {
    return [...this.#sends.values()];
  }

  /**
   * Notes a message that was given to the socket.
   *
   * @param {{ client_message_id: string, content: string, created_at: string }} message
   */
  add({ client_message_id: id, content, created_at }) {
    this.#sends.set(id, { id, content, created_at, state: "sending", reason: "" });
  }

  /**
   * Notes that a message will not be sent. Tells whether it was one of these.
   *
   * @param {string} id
   * @param {string} reason
   */
  fail(id, reason) {
    const send = this.#sends.get(id);
    if (send) this.#sends.set(id, { ...send, state: "failed", reason });
    return send !== undefined;
  }

  /**
   * Takes a failed message away, to be forgotten or sent again. One that is on its way stays.
   *
   * @param {string} id
   * @returns {Send | undefined}
   */
  takeBack(id) {
    const send = this.#sends.get(id);
    if (send?.state !== "failed") return undefined;
    this.settle(id);
    return send;
  }

  /**
   * A message has become an entry.
   *
   * @param {string} id
   */
  settle(id) {
    this.#sends.delete(id);
    this.#stored.delete(id);
  }

  /**
   * The server has a message; its entry is still to come, live or with a page.
   *
   * @param {string} id
   * @param {number} seq
   */
  stored(id, seq) {
    if (this.#sends.has(id)) this.#stored.set(id, seq);
  }

  /**
   * Settles those that lie before what is loaded: they are found there when the reader comes to them.
   *
   * @param {number} first
   */
  settleBefore(first) {
    for (const [id, seq] of this.#stored) if (seq < first) this.settle(id);
  }
}
