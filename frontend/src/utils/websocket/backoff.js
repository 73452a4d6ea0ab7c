// How long to wait before the next try: exponential backoff with full jitter. Knows nothing of what is tried.

const FIRST_MS = 500;
const LONGEST_MS = 30_000;

export class Backoff {
  #random;
  #failures = 0;

  /** @param {() => number} random */
  constructor(random) {
    this.#random = random;
  }

  /**
   * How long to wait after one more failure, in milliseconds.
   *
   * @param {{ floorMs?: number, spreadMs?: number }} [bounds] `floorMs`: at least so long, and chance comes on top of
   *   it; `spreadMs`: chance spreads over at least so long.
   */
  next({ floorMs = 0, spreadMs = 0 } = {}) {
    const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures += 1;
    return Math.round(floorMs + this.#random() * Math.max(ceiling, spreadMs));
  }

  /** Things go well. */
  reset() {
    this.#failures = 0;
  }
}
