// Something like `sessionStorage`, for one test. Knows nothing of who keeps what in it.

export class FakeStorage {
  values = new Map();
  get length() {
    return this.values.size;
  }
  /** All keys, in their order. */
  get keys() {
    return [...this.values.keys()].sort();
  }
  /** All that is kept, in one text. */
  get text() {
    return [...this.values.values()].join();
  }
  key(index) {
    return [...this.values.keys()][index] ?? null;
  }
  getItem(key) {
    return this.values.get(key) ?? null;
  }
  setItem(key, value) {
    this.values.set(key, value);
  }
  removeItem(key) {
    this.values.delete(key);
  }
}
