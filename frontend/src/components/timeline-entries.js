// The entries of a timeline as elements, with a separator before each day. Adds what is new and leaves what is there.
// Knows nothing of scrolling.

import { h } from "../dom.js";
import { dayOf, dayText } from "../model/days.js";
import { timeOf } from "../model/thread.js";
import { strings } from "../strings.js";
import { markFailed, messageEntry, pendingMessage, settleMessage, showDelivery } from "./entry-message.js";
import { stepEntry } from "./entry-step.js";

/** @import { EntryFrame } from "../types.js" */
/** @import { Send } from "../model/sends.js" */
/** @import { Thread } from "../model/thread.js" */

const DAY = "timeline-day";

export class TimelineEntries {
  /** What holds them all. */
  list = h("div", { class: "timeline-entries" });

  #epoch = 0;
  #peer = "";
  #first = 1;
  #last = 0;
  /** @type {Map<number, HTMLElement>} */
  #own = new Map();
  /** @type {Map<string, HTMLElement>} */
  #pending = new Map();
  /** @type {Element | null} */
  #lastElement = null;
  #lastDay = "";
  #today = "";
  #delivered = { read: 0, sent: 0 };

  /** Takes everything away. */
  clear() {
    this.list.replaceChildren();
    this.#pending.clear();
    this.#forget();
  }

  /**
   * Shows a conversation as it is now.
   *
   * @param {Thread} thread
   * @param {string} peer the peer's name
   */
  show(thread, peer) {
    // Steps say who took them.
    if (thread.epoch !== this.#epoch || peer !== this.#peer) {
      this.list.replaceChildren();
      this.#forget();
      this.#epoch = thread.epoch;
      this.#peer = peer;
    }
    if (this.#first > this.#last) {
      this.#first = thread.first;
      this.#last = thread.first - 1;
    }
    this.#prepend(thread, peer);
    this.#append(thread, peer);
    this.#showDelivered(thread);
    this.#nameDays();
  }

  #forget() {
    this.#first = 1;
    this.#last = 0;
    this.#own.clear();
    this.#lastElement = null;
    this.#lastDay = "";
    this.#delivered = { read: 0, sent: 0 };
  }

  /**
   * @param {Thread} thread
   * @param {string} peer
   */
  #prepend(thread, peer) {
    if (thread.first >= this.#first) return;
    const nodes = [];
    let day = "";
    for (let seq = thread.first; seq < this.#first; seq += 1) {
      const entry = thread.entry(seq);
      if (!entry) continue;
      const entryDay = dayOf(timeOf(entry));
      if (entryDay !== day) nodes.push(separator(entryDay));
      if (thread.isFirstNew(seq)) nodes.push(newMark());
      nodes.push(this.#entryElement(entry, thread.me, peer));
      day = entryDay;
    }
    // The day that began with what was oldest began earlier.
    const top = this.list.firstElementChild;
    if (top instanceof HTMLElement && top.dataset.day === day) top.remove();
    this.list.prepend(...nodes);
    this.#first = thread.first;
  }

  // What follows the last entry that is shown: new entries, then own messages that are none yet. All of it is placed
  // anew, where each element that is already in its place stays untouched.
  /**
   * @param {Thread} thread
   * @param {string} peer
   */
  #append(thread, peer) {
    /** @type {HTMLElement[]} */
    const tail = [];
    let at = this.#lastElement ? this.#lastElement.nextElementSibling : this.list.firstElementChild;
    const separators = separatorsFrom(at);
    let day = this.#lastDay;
    const add = (/** @type {string} */ moment, /** @type {HTMLElement[]} */ ...elements) => {
      const elementDay = dayOf(moment);
      if (elementDay !== day) tail.push(separators.get(elementDay) ?? separator(elementDay));
      tail.push(...elements);
      day = elementDay;
    };
    for (let seq = this.#last + 1; seq <= thread.last; seq += 1) {
      const entry = thread.entry(seq);
      if (!entry) continue;
      const element = this.#entryElement(entry, thread.me, peer);
      add(timeOf(entry), ...(thread.isFirstNew(seq) ? [newMark()] : []), element);
      this.#lastElement = element;
      this.#lastDay = day;
    }
    this.#last = thread.last;
    const sends = thread.sends.all;
    for (const send of sends) add(send.created_at, this.#pendingElement(send));
    for (const element of tail) {
      if (element === at) at = at.nextElementSibling;
      else this.list.insertBefore(element, at);
    }
    while (at) {
      const next = at.nextElementSibling;
      at.remove();
      at = next;
    }
    const ids = new Set(sends.map((send) => send.id));
    for (const id of this.#pending.keys()) if (!ids.has(id)) this.#pending.delete(id);
  }

  /**
   * @param {EntryFrame} entry
   * @param {number} me
   * @param {string} peer
   */
  #entryElement(entry, me, peer) {
    if (entry.type === "handshake") return stepEntry(entry.handshake, me, peer);
    const { message } = entry;
    if (message.sender.id !== me) return messageEntry(message, me, peer);
    // What the user has seen being sent stays the same element, so that nothing flickers.
    const pending = this.#pending.get(message.client_message_id ?? "");
    if (pending) settleMessage(pending, message);
    const element = pending ?? messageEntry(message, me, peer);
    showDelivery(element, "");
    this.#own.set(message.seq, element);
    return element;
  }

  /** @param {Send} send */
  #pendingElement(send) {
    const element = this.#pending.get(send.id) ?? pendingMessage(send);
    this.#pending.set(send.id, element);
    if (send.state === "failed") markFailed(element, send);
    return element;
  }

  // Said of the newest messages alone: each one before them has come as far.
  /** @param {Thread} thread */
  #showDelivered(thread) {
    const before = this.#delivered;
    const now = thread.delivered;
    for (const seq of [before.read, before.sent]) {
      const element = seq === now.read || seq === now.sent ? undefined : this.#own.get(seq);
      if (element) showDelivery(element, "");
    }
    const read = this.#own.get(now.read);
    if (read) showDelivery(read, strings.read);
    const sent = this.#own.get(now.sent);
    if (sent) showDelivery(sent, strings.sent);
    this.#delivered = now;
  }

  // Midnight makes another day of today.
  #nameDays() {
    const today = dayOf(new Date());
    if (today === this.#today) return;
    this.#today = today;
    for (const element of separatorsFrom(this.list.firstElementChild).values()) name(element, today);
  }
}

// Where the reader had stopped.
function newMark() {
  return h("div", { class: "timeline-new" }, strings.newMessages);
}

/** @param {string} day */
function separator(day) {
  const element = h("div", { class: DAY, "data-day": day });
  name(element, dayOf(new Date()));
  return element;
}

/**
 * @param {HTMLElement} element
 * @param {string} today
 */
function name(element, today) {
  element.textContent = dayText(element.dataset.day ?? "", today);
}

/**
 * The separators from an element on, by their day.
 *
 * @param {Element | null} element
 */
function separatorsFrom(element) {
  /** @type {Map<string, HTMLElement>} */
  const separators = new Map();
  for (let at = element; at; at = at.nextElementSibling) {
    if (at instanceof HTMLElement && at.classList.contains(DAY)) separators.set(at.dataset.day ?? "", at);
  }
  return separators;
}
