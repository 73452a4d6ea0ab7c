// What a connection was sent of each conversation, so that every entry is told once, in order. Knows nothing of frames.

export class Delivery {
  /** @type {Map<string, number>} */
  #reached = new Map();
  /** The one conversation, where there is only one. @type {string | null} */
  #only = null;

  /**
   * Begins at the heads as they stand.
   *
   * @param {{ conversation: string, head: number }[]} heads
   * @param {string | null} only the one conversation that there can be
   */
  begin(heads, only) {
    this.#reached = new Map(heads.map(({ conversation, head }) => [conversation, head]));
    this.#only = only;
    if (only !== null && !this.#reached.has(only)) this.#reached.set(only, 0);
  }

  /** Up to where the one conversation was told; null where there are several, or none is known yet. */
  get reached() {
    return this.#only === null ? null : (this.#reached.get(this.#only) ?? 0);
  }

  /**
   * What to do with an entry that has come; one that is `next` counts as told from now on.
   *
   * @param {string} conversation
   * @param {number} seq
   * @returns {"next" | "known" | "beyond"}
   */
  take(conversation, seq) {
    // Of one that was not listed, nobody has said where it stands.
    const reached = this.#reached.get(conversation) ?? seq - 1;
    if (seq <= reached) return "known";
    if (seq > reached + 1) return "beyond";
    this.#reached.set(conversation, seq);
    return "next";
  }
}
