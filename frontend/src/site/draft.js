// What was typed into a form and not yet sent: it survives a reload and a log-in. Knows nothing of forms.

export class Draft {
  #storage;
  #key;

  /**
   * @param {Storage | undefined} storage
   * @param {string} key one for each form and user
   */
  constructor(storage, key) {
    this.#storage = storage;
    this.#key = key;
  }

  /**
   * @param {string} field
   * @returns {string}
   */
  text(field) {
    const text = this.#read()[field];
    return typeof text === "string" ? text : "";
  }

  /**
   * @param {string} field
   * @param {string} text
   */
  keep(field, text) {
    this.#write(JSON.stringify({ ...this.#read(), [field]: text }));
  }

  /** Forgets it all, once it was sent. */
  clear() {
    this.#write(null);
  }

  /** @returns {Record<string, unknown>} */
  #read() {
    try {
      return Object(JSON.parse(this.#storage?.getItem(this.#key) ?? "{}"));
    } catch {
      return {};
    }
  }

  /** @param {string | null} text */
  #write(text) {
    try {
      if (text === null) this.#storage?.removeItem(this.#key);
      else this.#storage?.setItem(this.#key, text);
    } catch {
      // Full or forbidden: what was typed then lasts as long as the form.
    }
  }
}
