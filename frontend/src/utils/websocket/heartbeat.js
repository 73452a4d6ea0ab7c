// Finds out whether a silent socket is alive. Knows nothing of what is said on it.

/** @import { Environment } from "./environment.js" */

import { Timer } from "./timer.js";

const ANSWER_MS = 10_000;

/** A timer that is so late was asleep together with the machine, and says nothing about the socket. */
const ASLEEP_MS = 5_000;

export class Heartbeat {
  #environment;
  #timer;
  #ping;
  #dead;
  #intervalMs = 0;
  #heardAt = 0;
  #asked = false;
  #excused = false;

  /**
   * @param {Environment} environment
   * @param {{ ping: () => void, dead: () => void }} actions to ask for a sign of life; there was none
   */
  constructor(environment, { ping, dead }) {
    this.#environment = environment;
    this.#timer = new Timer(environment);
    this.#ping = ping;
    this.#dead = dead;
  }

  /** @param {number} intervalMs how long a socket may be silent */
  start(intervalMs) {
    this.#intervalMs = intervalMs;
    this.heard();
    this.#rest(intervalMs);
  }

  /** Something was heard: it is alive. */
  heard() {
    this.#heardAt = this.#environment.now();
    this.#excused = false;
    if (!this.#asked) return;
    this.#asked = false;
    this.#rest(this.#intervalMs);
  }

  /**
   * Asks at once. One that was asked already is given no more time.
   *
   * @param {number} answerMs
   */
  check(answerMs) {
    if (this.#intervalMs > 0 && !this.#asked) this.#ask(answerMs);
  }

  stop() {
    this.#timer.clear();
    this.#intervalMs = 0;
  }

  /** @param {number} ms */
  #rest(ms) {
    this.#timer.set(ms, () => {
      const silentMs = this.#environment.now() - this.#heardAt;
      // Clocks are set back, too.
      const left = Math.min(this.#intervalMs - silentMs, this.#intervalMs);
      if (left > 0) this.#rest(left);
      else this.#ask(ANSWER_MS);
    });
  }

  /** @param {number} answerMs */
  #ask(answerMs) {
    this.#asked = true;
    const due = this.#environment.now() + answerMs;
    this.#timer.set(answerMs, () => {
      if (this.#environment.now() - due > ASLEEP_MS && !this.#excused) {
        this.#excused = true;
        this.#ask(answerMs);
      } else {
        this.#dead();
      }
    });
    this.#ping();
  }
}
