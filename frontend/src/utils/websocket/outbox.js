// The messages of one conversation that have no answer yet, in order, one of them under way at most. Knows nothing of
// connections, nor of storage.

/**
 * @typedef {{ client_message_id: string, content: string, created_at: string, recipient_id?: number }} Waiting
 */

/** How many may wait. */
export const OUTBOX_MESSAGES_MAX = 100;

/** @template Route what a message goes out by */
export class Outbox {
  /** @type {Waiting[]} */
  #messages = [];
  /** The message at the front was sent there and is not answered. @type {Route | null} */
  #underWay = null;
  #resting = false;

  get messages() {
    return this.#messages.map((message) => ({ ...message }));
  }

  get isEmpty() {
    return this.#messages.length === 0;
  }

  get isFull() {
    return this.#messages.length >= OUTBOX_MESSAGES_MAX;
  }

  /** What may be sent now. */
  get next() {
    return this.#underWay !== null || this.#resting ? undefined : this.#messages[0];
  }

  /** @param {Waiting[]} messages */
  add(...messages) {
    this.#messages.push(...messages);
  }

  /**
   * Takes over what waited elsewhere, by time, behind what is under way here.
   *
   * @param {Waiting[]} theirs
   */
  merge(theirs) {
    const mine = this.#messages.splice(this.next ? 0 : 1);
    while (mine[0] && theirs[0]) {
      this.#messages.push(...(theirs[0].created_at < mine[0].created_at ? theirs : mine).splice(0, 1));
    }
    this.#messages.push(...mine, ...theirs);
  }

  /** @param {string} id */
  has(id) {
    return this.#messages.some((message) => message.client_message_id === id);
  }

  /** @param {Route} route by which the next one was sent */
  sent(route) {
    this.#underWay = route;
  }

  /**
   * It waits no longer.
   *
   * @param {string} id
   * @returns {Waiting | undefined} what it was
   */
  remove(id) {
    const removed = this.#messages.find((message) => message.client_message_id === id);
    if (this.#messages[0]?.client_message_id === id) {
      this.#underWay = null;
      this.#resting = false;
    }
    this.#messages = this.#messages.filter((message) => message !== removed);
    return removed;
  }

  /**
   * The one at the front is to be sent again, but not before `wake`.
   *
   * @param {string} id
   * @returns {boolean} whether it is at the front at all
   */
  rest(id) {
    if (this.#messages[0]?.client_message_id !== id) return false;
    this.#underWay = null;
    this.#resting = true;
    return true;
  }

  wake() {
    this.#resting = false;
  }

  /** @param {Route} route what was sent there may not have arrived */
  lost(route) {
    if (this.#underWay === route) this.#underWay = null;
  }

  /** Gives up all of them. */
  drain() {
    const messages = this.#messages;
    this.#messages = [];
    this.#underWay = null;
    this.#resting = false;
    return messages;
  }
}
