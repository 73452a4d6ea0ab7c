// Reads the list of conversations page by page, one request at a time. Knows nothing of elements or sockets.

/**
 * @import { Conversations } from "../model/conversations.js"
 * @import { ConversationRow } from "../types.js"
 *
 * @typedef {{ results: ConversationRow[], next: string | null }} Page
 */

/** Fills a list; `onchange` is called whenever its state or the list is another. */
export class ConversationReader {
  #api;
  #list;
  #onchange;
  /** @type {string | null} */
  #next = null;
  #reading = false;
  #again = false;
  #stopped = false;
  #read = false;
  /** Whether reading all that is known has failed, and is to be done yet. */
  #stale = false;
  /** @type {unknown} */
  #error = null;

  /**
   * @param {{ conversations(next?: string): Promise<Page> }} api
   * @param {Conversations} list
   * @param {() => void} onchange
   */
  constructor(api, list, onchange) {
    this.#api = api;
    this.#list = list;
    this.#onchange = onchange;
  }

  get reading() {
    return this.#reading;
  }

  /** Whether the list has been read at all. */
  get read() {
    return this.#read;
  }

  /** What the last attempt failed with, or null. */
  get error() {
    return this.#error;
  }

  /** Whether there is more to read. */
  get more() {
    return this.#next !== null;
  }

  /** Nothing that is under way is heeded any more. */
  stop() {
    this.#stopped = true;
  }

  /** Reads the list from its beginning, as far as it is known; once more where something happens meanwhile. */
  async refresh() {
    this.#again = !this.#stopped;
    while (this.#again && !this.#reading) {
      await this.#work(async () => {
        this.#stale = true;
        do await this.#readAll();
        while (this.#again || this.#list.uncertain);
        this.#stale = false;
      });
    }
  }

  /** Reads the next page. */
  async readMore() {
    const from = this.#next;
    if (this.#reading || this.#stopped || from === null) return;
    await this.#work(async () => {
      const mark = this.#list.mark();
      const page = await this.#page(from);
      this.#list.add(page.results, mark);
      this.#next = page.next;
    });
    if (this.#again || (this.#error === null && (this.#stale || this.#list.uncertain))) await this.refresh();
  }

  async #readAll() {
    this.#again = false;
    const mark = this.#list.mark();
    const rows = [];
    /** @type {string | null} */
    let next = null;
    do {
      const page = await this.#page(next);
      rows.push(...page.results);
      next = page.next;
    } while (next !== null && rows.length < this.#list.size);
    this.#list.replace(rows, mark);
    this.#next = next;
    this.#read = true;
  }

  /** @param {string | null} next */
  async #page(next) {
    const page = await this.#api.conversations(next ?? undefined);
    if (this.#stopped) throw STOPPED;
    return page;
  }

  /** @param {() => Promise<void>} work */
  async #work(work) {
    this.#reading = true;
    this.#error = null;
    this.#onchange();
    try {
      await work();
    } catch (error) {
      this.#error = error;
    }
    this.#reading = false;
    if (this.#stopped) this.#again = false;
    else this.#onchange();
  }
}

const STOPPED = new Error("the list was stopped");
