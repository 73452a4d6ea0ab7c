// Gives an open socket a fresh token before the old one runs out. Knows nothing of where tokens come from.

/**
 * @import { Environment } from "./environment.js"
 * @import { Tokens } from "./tokens.js"
 */

import { Timer } from "./timer.js";

const BEFORE_MS = 60_000;

/** However soon a token ends: an application whose tokens are short-lived is not asked all the time. */
const SOONEST_MS = 5_000;

export class Renewal {
  #environment;
  #timer;
  #tokens;
  #offer;
  #token = "";
  /** What was offered and not taken yet. @type {string | null} */
  #offered = null;
  /** Of which socket an answer is waited for. */
  #turn = 0;

  /**
   * @param {Environment} environment
   * @param {Tokens} tokens
   * @param {(token: string) => void} offer offers a token to the server
   */
  constructor(environment, tokens, offer) {
    this.#environment = environment;
    this.#timer = new Timer(environment);
    this.#tokens = tokens;
    this.#offer = offer;
  }

  /** The token that counts. */
  get token() {
    return this.#token;
  }

  /** @param {string} token what a socket is opened with */
  begin(token) {
    this.stop();
    this.#token = token;
  }

  /** @param {unknown} expiresAt when the token that counts runs out */
  expires(expiresAt) {
    const left = typeof expiresAt === "string" ? Date.parse(expiresAt) - this.#environment.now() : NaN;
    // Where a token that has just been taken seems to have ended, the clock here is wrong: the close will tell.
    if (!(left > 0)) return this.#timer.clear();
    const wait = left < 2 * BEFORE_MS ? left / 2 : left - BEFORE_MS;
    this.#timer.set(Math.max(wait, SOONEST_MS), () => void this.#renew());
  }

  /** @param {unknown} expiresAt the server has taken what was offered, which ends then */
  taken(expiresAt) {
    if (this.#offered === null) return;
    this.#token = this.#offered;
    this.#offered = null;
    this.expires(expiresAt);
  }

  stop() {
    this.#turn += 1;
    this.#offered = null;
    this.#timer.clear();
  }

  async #renew() {
    const turn = this.#turn;
    // Without an answer the server closes the socket when the token ends, and another one is asked for then.
    const token = await this.#tokens.ask(this.#token).catch(() => null);
    if (turn !== this.#turn || token === null || token === this.#token) return;
    this.#offered = token;
    this.#offer(token);
  }
}
