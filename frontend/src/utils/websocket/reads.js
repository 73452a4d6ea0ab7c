// How far the user has read: the furthest cursor of each conversation is told, a few a second, until the server knows
// it. Knows nothing of how it travels.

/** @import { Environment } from "./environment.js" */

import { Timer } from "./timer.js";

/** At most five a second. */
const PAUSE_MS = 200;

export class Reads {
  #send;
  #pause;
  #again;
  /** @type {Map<string, number>} */
  #furthest = new Map();
  /** What the server was told or said. @type {Map<string, number>} */
  #told = new Map();

  /**
   * @param {Environment} environment
   * @param {(name: string, upTo: number) => boolean} send whether it could be sent
   */
  constructor(environment, send) {
    this.#send = send;
    this.#pause = new Timer(environment);
    this.#again = new Timer(environment);
  }

  /**
   * @param {string} name
   * @param {number} upTo
   */
  note(name, upTo) {
    this.#furthest.set(name, Math.max(upTo, this.#furthest.get(name) ?? 0));
    this.flush();
  }

  /**
   * What the server says of itself: a cursor that it has not heard of is told again.
   *
   * @param {string} name
   * @param {number} upTo
   */
  stands(name, upTo) {
    this.#told.set(name, upTo);
  }

  /**
   * What was read there is there no longer.
   *
   * @param {string} name
   */
  forget(name) {
    this.#furthest.delete(name);
  }

  /**
   * A short form turned out to be this key.
   *
   * @param {string} short
   * @param {string} key
   */
  merge(short, key) {
    const upTo = this.#furthest.get(short);
    this.#furthest.delete(short);
    this.#told.delete(short);
    if (upTo !== undefined) this.#furthest.set(key, Math.max(upTo, this.#furthest.get(key) ?? 0));
  }

  /**
   * Something was refused that may have been a cursor: they are told again after so long.
   *
   * @param {number} ms
   */
  repeat(ms) {
    this.#again.set(ms, () => {
      this.#told.clear();
      this.flush();
    });
  }

  flush() {
    if (this.#pause.isSet) return;
    for (const [name, upTo] of this.#furthest) {
      if (upTo <= (this.#told.get(name) ?? 0) || !this.#send(name, upTo)) continue;
      this.#told.set(name, upTo);
      this.#pause.set(PAUSE_MS, () => this.flush());
      return;
    }
  }

  stop() {
    this.#pause.clear();
    this.#again.clear();
  }
}
