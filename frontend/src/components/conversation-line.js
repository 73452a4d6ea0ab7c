// One line of the list of conversations. Knows nothing of the list, of sockets or of HTTP.

import { h } from "../dom.js";
import { isolated } from "../model/isolate.js";
import { stepText } from "../model/steps.js";
import { strings } from "../strings.js";
import { mark, say } from "./conversation-update.js";

/** @import { ConversationRow, EntryFrame } from "../types.js" */

/** As much of a message as a line can hold, on the widest of screens. */
const PREVIEW_CHARACTERS = 160;
const UNREAD_SHOWN_MAX = 99;

/** Its element stays the same; `update` changes what differs. */
export class ConversationLine {
  #peer = h("bdi", { class: "peer" });
  #time = h("time", { dir: "auto" });
  #title = h("span", { class: "title", dir: "auto" });
  #last = h("span", { class: "last" });
  #turn = h("span", { class: "mark turn" }, strings.yourTurn);
  #count = h("span", { "aria-hidden": "true" });
  #countWords = h("span", { class: "visually-hidden" });
  #unread = h("span", { class: "mark unread" }, this.#count, this.#countWords);
  #button;
  #element;

  /**
   * @param {string} conversation  The key.
   * @param {(conversation: string) => void} choose
   */
  constructor(conversation, choose) {
    this.#button = h(
      "button",
      { type: "button", "data-conversation": conversation, onclick: () => choose(conversation) },
      h("span", {}, this.#peer, " ", this.#time),
      " ",
      h("span", {}, this.#title, " ", this.#turn),
      " ",
      h("span", {}, this.#last, " ", this.#unread),
    );
    this.#element = h("li", {}, this.#button);
  }

  get element() {
    return this.#element;
  }

  focus() {
    this.#button.focus();
  }

  /**
   * @param {ConversationRow} row
   * @param {{ me: number, chosen: boolean, now: Date }} context
   */
  update(row, { me, chosen, now }) {
    const at = createdAt(row.last_entry);
    say(this.#peer, row.peer.full_name);
    say(this.#time, shortTime(new Date(at), now));
    mark(this.#time, "datetime", at);
    say(this.#title, row.listing.title);
    say(this.#last, preview(row.last_entry, me, row.peer.full_name));
    // Our own words around theirs have the direction of the page.
    mark(this.#last, "dir", isTheirs(row.last_entry, me) ? "auto" : null);
    this.#turn.hidden = !row.your_turn;
    this.#unread.hidden = row.unread_count === 0;
    say(this.#count, row.unread_count > UNREAD_SHOWN_MAX ? `${UNREAD_SHOWN_MAX}+` : String(row.unread_count));
    say(this.#countWords, strings.unread(row.unread_count));
    mark(this.#button, "aria-current", chosen ? "true" : null);
  }
}

/**
 * The last entry in one line.
 *
 * @param {EntryFrame} frame
 * @param {number} me
 * @param {string} peer
 */
function preview(frame, me, peer) {
  if (frame.type === "handshake") return stepText(frame.handshake, me, peer);
  if (frame.type !== "message" || frame.message.redacted_at) return strings.redacted;
  const { content, sender } = frame.message;
  const text = isolated(shortened(content));
  return sender.id === me ? strings.you(text) : text;
}

/**
 * @param {EntryFrame} frame
 * @param {number} me
 */
function isTheirs(frame, me) {
  return frame.type === "message" && frame.message.sender.id !== me;
}

/** @param {string} content */
function shortened(content) {
  // Four units for each character that is kept: what is cut off first is more than any line shows.
  const characters = [...content.slice(0, 4 * PREVIEW_CHARACTERS).replaceAll(/\s+/gu, " ")];
  const kept = characters.slice(0, PREVIEW_CHARACTERS).join("");
  return kept.length < content.length && characters.length > PREVIEW_CHARACTERS ? `${kept}…` : kept;
}

/** @param {EntryFrame} frame */
function createdAt(frame) {
  return /** @type {any} */ (frame)[frame.type].created_at;
}

/**
 * Today the time, this year day and month, else the date.
 *
 * @param {Date} at
 * @param {Date} now
 */
function shortTime(at, now) {
  if (at.toDateString() === now.toDateString()) return TIME.format(at);
  return (at.getFullYear() === now.getFullYear() ? DAY : DATE).format(at);
}

const TIME = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: "short" });
