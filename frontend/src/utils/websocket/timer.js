// One thing to do later, at most one at a time, however late. Knows nothing of what it is.

/** @import { Environment } from "./environment.js" */

/** Beyond this, `setTimeout` fires at once. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

export class Timer {
  #environment;
  /** @type {unknown} */
  #handle = null;

  /** @param {Environment} environment */
  constructor(environment) {
    this.#environment = environment;
  }

  /** Whether something is to be done. */
  get isSet() {
    return this.#handle !== null;
  }

  /**
   * Does this after so long, and nothing else.
   *
   * @param {number} ms
   * @param {() => void} run
   */
  set(ms, run) {
    this.clear();
    const now = Math.min(Math.max(ms, 0), TIMEOUT_MAX_MS);
    this.#handle = this.#environment.setTimeout(() => {
      this.#handle = null;
      if (ms > now) this.set(ms - now, run);
      else run();
    }, now);
  }

  /** Does nothing. */
  clear() {
    if (this.#handle === null) return;
    this.#environment.clearTimeout(this.#handle);
    this.#handle = null;
  }
}
