// A clock that stands still until a test moves it. Knows nothing of what waits for it.

/** Lets everything run that waits for nothing but its turn. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

export class Clock {
  now = Date.parse("2026-11-23T08:00:00.000Z");
  #timers = new Map();
  #handles = 0;

  get environment() {
    return {
      now: () => this.now,
      setTimeout: (run, ms) => {
        if (!(ms >= 0 && ms <= 2 ** 31 - 1)) throw new RangeError(`a real timer fires at once after ${ms} ms`);
        this.#handles += 1;
        this.#timers.set(this.#handles, { due: this.now + ms, run });
        return this.#handles;
      },
      clearTimeout: (handle) => this.#timers.delete(handle),
    };
  }

  /** How many timers run. */
  get running() {
    return this.#timers.size;
  }

  /** So much time passes. */
  async pass(ms) {
    const end = this.now + ms;
    await settle();
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.now = Math.max(this.now, timer.due);
      timer.run();
      await settle();
    }
    this.now = end;
  }

  /** The machine sleeps: time passes, and nothing happens. What was due meanwhile happens when it wakes. */
  async sleep(ms) {
    this.now += ms;
    await this.pass(0);
  }

  #next(end) {
    const due = [...this.#timers].filter(([, timer]) => timer.due <= end).sort(([, a], [, b]) => a.due - b.due);
    const [first] = due;
    if (!first) return null;
    this.#timers.delete(first[0]);
    return first[1];
  }
}
