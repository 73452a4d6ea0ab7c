// Reads the pages of a timeline that lie before what is loaded, one at a time. Knows nothing of the DOM or sockets.

import { ApiError } from "../api.js";
import { errorText } from "../strings.js";

/** @import { HandselApi } from "../api.js" */
/** @import { Thread } from "../model/thread.js" */

/** Entries of a page. */
export const PAGE_ENTRIES = 50;

export class ThreadPages {
  /** How it does. @type {{ state: "idle" | "loading" | "failed", text: string }} */
  loading = { state: "idle", text: "" };

  #api;
  #thread;
  #key;
  #changed;
  #signedOut;
  #stopped = false;

  /**
   * @param {{ api: HandselApi, thread: Thread, key: string, changed: () => void, signedOut: () => void }} options
   */
  constructor({ api, thread, key, changed, signedOut }) {
    this.#api = api;
    this.#thread = thread;
    this.#key = key;
    this.#changed = changed;
    this.#signedOut = signedOut;
  }

  /** Reads the page before what is loaded: the newest one where nothing is. */
  async older() {
    if (this.#stopped || this.loading.state === "loading" || !this.#thread.hasOlder) return;
    const { epoch, first } = this.#thread;
    this.#tell({ state: "loading", text: "" });
    /** @type {ThreadPages["loading"]} */
    let outcome = { state: "idle", text: "" };
    try {
      const page = await this.#api.timeline(this.#key, { before: first, limit: PAGE_ENTRIES });
      if (this.#stopped) return;
      if (epoch === this.#thread.epoch) this.#thread.addOlder(page);
    } catch (error) {
      if (this.#stopped) return;
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) this.#signedOut();
      outcome = { state: "failed", text: errorText(error.code, error.message) };
    }
    const overtaken = epoch !== this.#thread.epoch;
    this.#tell(overtaken ? { state: "idle", text: "" } : outcome);
    if (overtaken) await this.older();
  }

  /** Tries again what failed. */
  async again() {
    if (this.loading.state !== "failed") return;
    this.loading = { state: "idle", text: "" };
    await this.older();
  }

  /** Does nothing any more, also not with what is under way. */
  stop() {
    this.#stopped = true;
  }

  /** @param {ThreadPages["loading"]} loading */
  #tell(loading) {
    this.loading = loading;
    this.#changed();
  }
}
