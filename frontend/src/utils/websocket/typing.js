// Says now and then that the user types, not at each key. Knows nothing of how it travels.

/** @import { Environment } from "./environment.js" */

const PAUSE_MS = 3_000;

export class Typing {
  #environment;
  /** @type {Map<string, number>} */
  #told = new Map();

  /** @param {Environment} environment */
  constructor(environment) {
    this.#environment = environment;
  }

  /**
   * Whether it is time to say so. Clocks are set back, too.
   *
   * @param {string} name
   */
  isDue(name) {
    const told = this.#told.get(name);
    return told === undefined || Math.abs(this.#environment.now() - told) >= PAUSE_MS;
  }

  /** @param {string} name */
  told(name) {
    this.#told.set(name, this.#environment.now());
  }

  /**
   * What was typed is sent: whoever types after that begins anew.
   *
   * @param {string} name
   */
  forget(name) {
    this.#told.delete(name);
  }
}
