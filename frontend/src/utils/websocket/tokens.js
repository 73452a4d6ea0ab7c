// Asks the application for the token, once for all sockets that want it at the same moment. Knows nothing of sockets.

/** @typedef {(about: { refused?: string }) => string | null | Promise<string | null>} GetToken */

/** A question that is older than this is not waited for by others. */
const SHARED_MS = 20_000;

export class Tokens {
  #getToken;
  #now;
  /** @type {Map<string | undefined, { asked_at: number, answer: Promise<string | null> }>} */
  #questions = new Map();

  /**
   * @param {GetToken} getToken
   * @param {() => number} now
   */
  constructor(getToken, now) {
    this.#getToken = getToken;
    this.#now = now;
  }

  /**
   * The token, `null` where there is none; rejects where the application could not say.
   *
   * @param {string | undefined} refused a token that does not count any more
   */
  ask(refused) {
    const asked = this.#questions.get(refused);
    if (asked && Math.abs(this.#now() - asked.asked_at) < SHARED_MS) return asked.answer;
    const answer = this.#answer(refused);
    const question = { asked_at: this.#now(), answer };
    this.#questions.set(refused, question);
    const forget = () => {
      if (this.#questions.get(refused) === question) this.#questions.delete(refused);
    };
    answer.then(forget, forget);
    return answer;
  }

  /** @param {string | undefined} refused */
  async #answer(refused) {
    // Later than whoever asks, so that an application can ask in turn what it has just constructed.
    await null;
    const token = await this.#getToken({ refused });
    return typeof token === "string" && token !== "" ? token : null;
  }
}
