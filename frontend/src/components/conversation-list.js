// What the list of conversations looks like, and how one moves in it. Knows nothing of where its rows come from.

import { h } from "../dom.js";
import { errorText, strings } from "../strings.js";
import { ConversationLine } from "./conversation-line.js";
import { arrange, say } from "./conversation-update.js";
import { HandselConnection } from "./handsel-connection.js";

/**
 * @import { ConversationRow } from "../types.js"
 * @import { ConnectionStatus } from "./handsel-connection.js"
 *
 * @typedef {{ reading: boolean, read: boolean, more: boolean, error: unknown }} ReadingState
 */

/** How far an arrow goes; Home and End go all the way. */
const MOVES = new Map([["ArrowUp", -1], ["ArrowDown", 1], ["Home", -Infinity], ["End", Infinity]]);

/** Lines by key, each with an element that stays. */
export class ConversationList {
  #choose;
  /** @type {Map<string, ConversationLine>} */
  #lines = new Map();
  #connection = new HandselConnection();
  #lead = h("p", { class: "lead muted", role: "status" });
  /** What stands there where there are no lines. */
  #empty = "";
  #failure = h("p", { role: "alert" });
  #again;
  #rows;
  #more;

  /**
   * @param {{
   *   choose: (key: string) => void, refresh: () => void, readMore: () => void, retry: () => void,
   * }} actions
   */
  constructor({ choose, refresh, readMore, retry }) {
    this.#choose = choose;
    this.#again = h("button", { type: "button", onclick: refresh }, strings.tryAgain);
    this.#more = h("button", { type: "button", class: "more", onclick: readMore }, strings.more);
    this.#rows = h("ul", {
      role: "list",
      "aria-label": strings.conversations,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#move(event),
    });
    this.#connection.addEventListener("handsel-retry", (event) => {
      event.stopPropagation();
      retry();
    });
  }

  /** What it consists of, from top to bottom. */
  get elements() {
    return [this.#connection, this.#lead, h("div", { class: "failure" }, this.#failure, this.#again), this.#rows,
      this.#more];
  }

  /** How the inbox is connected. @param {ConnectionStatus} status */
  set connection(status) {
    this.#connection.status = status;
  }

  /**
   * How the reading of the list goes.
   *
   * @param {ReadingState} state
   */
  state({ reading, read, more, error }) {
    const { code = "", message = "" } = /** @type {{ code?: string, message?: string }} */ (error ?? {});
    const text = error === null ? "" : errorText(code, message);
    say(this.#failure, text);
    const focused = [this.#again, this.#more].find((button) => button === document.activeElement);
    this.#again.hidden = text === "";
    this.#more.hidden = !more;
    this.#more.setAttribute("aria-disabled", String(reading));
    if (focused?.hidden) this.#last?.focus();
    this.#rows.setAttribute("aria-busy", String(reading && !read));
    this.#empty = read ? strings.noConversations : reading ? strings.loading : "";
    this.#lead.classList.toggle("late", !read);
  }

  /**
   * @param {ConversationRow[]} rows
   * @param {{ me: number, chosen: string | undefined, alone: boolean }} context  `alone` is true where nothing is
   *   chosen: beside a conversation, that one says how the connection does.
   */
  render(rows, { me, chosen, alone }) {
    const now = new Date();
    /** @type {Map<string, ConversationLine>} */
    const lines = new Map();
    for (const row of rows) {
      const key = row.conversation;
      const line = this.#lines.get(key) ?? new ConversationLine(key, this.#choose);
      line.update(row, { me, chosen: key === chosen, now });
      lines.set(key, line);
    }
    this.#lines = lines;
    arrange(this.#rows, [...lines.values()].map(({ element }) => element));
    say(this.#lead, rows.length > 0 ? "" : this.#empty);
    this.#connection.classList.toggle("beside", !alone && this.#connection.status.state !== "closed");
  }

  /**
   * Gives the focus to a line, or to the first.
   *
   * @param {string | undefined} key
   */
  focus(key) {
    const line = (key === undefined ? undefined : this.#lines.get(key)) ?? [...this.#lines.values()][0];
    line?.focus();
  }

  get #last() {
    return [...this.#lines.values()].at(-1);
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const by = MOVES.get(event.key);
    const lines = [...this.#lines.values()];
    const at = lines.findIndex(({ element }) => element.contains(document.activeElement));
    if (by === undefined || at === -1 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    lines[Math.min(Math.max(at + by, 0), lines.length - 1)]?.focus();
  }
}
