// Notices that the network, the page or the machine is back, so that nobody need wait, and that the page goes. Knows
// nothing of sockets.

/** @import { Environment } from "./environment.js" */

import { Timer } from "./timer.js";

const TICK_MS = 5_000;
const LATE_MS = 5_000;

export class Wake {
  #environment;
  #ticks;
  #woken;
  #gone;
  #running = false;

  /**
   * @param {Environment} environment
   * @param {{ woken: () => void, gone: () => void }} host
   */
  constructor(environment, { woken, gone }) {
    this.#environment = environment;
    this.#ticks = new Timer(environment);
    this.#woken = woken;
    this.#gone = gone;
  }

  start() {
    if (this.#running) return;
    this.#running = true;
    const { window, document } = this.#environment;
    window?.addEventListener("online", this.#back);
    window?.addEventListener("pageshow", this.#back);
    window?.addEventListener("pagehide", this.#away);
    document?.addEventListener("visibilitychange", this.#shown);
    this.#tick();
  }

  stop() {
    if (!this.#running) return;
    this.#running = false;
    const { window, document } = this.#environment;
    window?.removeEventListener("online", this.#back);
    window?.removeEventListener("pageshow", this.#back);
    window?.removeEventListener("pagehide", this.#away);
    document?.removeEventListener("visibilitychange", this.#shown);
    this.#ticks.clear();
  }

  #back = () => this.#woken();

  #away = () => this.#gone();

  #shown = () => {
    if (this.#environment.document?.visibilityState === "visible") this.#woken();
  };

  /** No browser says that the machine has slept, but its clock has run on meanwhile. */
  #tick() {
    const due = this.#environment.now() + TICK_MS;
    this.#ticks.set(TICK_MS, () => {
      const late = this.#environment.now() - due > LATE_MS;
      this.#tick();
      if (late) this.#woken();
    });
  }
}
