// <handsel-timeline>: the log of a conversation, where its reader is. Knows nothing of sockets or HTTP.

import { h } from "../dom.js";
import { isolated } from "../model/isolate.js";
import { strings } from "../strings.js";
import { TimelineEntries } from "./timeline-entries.js";
import { ReadingPlace } from "./timeline-place.js";

/** @import { Thread } from "../model/thread.js" */

/** So near the beginning of what is loaded, older entries are asked for. */
const NEAR_PX = 400;

/**
 * @typedef {{ state: "idle" | "loading" | "failed", text: string }} Loading  How reading older entries does.
 *
 * Events: `handsel-older` (older entries are wanted), `handsel-older-again` (the reader wants them tried again),
 * `handsel-end` (the reader has come to the end), `handsel-resend` and `handsel-discard` (`detail.id`: a message that
 * failed).
 */
export class HandselTimeline extends HTMLElement {
  #entries = new TimelineEntries();
  #topText = h("span");
  #again = h("button", { type: "button", onclick: () => this.#ask("handsel-older-again") });
  #top = h("div", { class: "timeline-top" }, this.#topText, this.#again);
  #begin = h("p", { class: "timeline-begin muted", hidden: true });
  #log = h("div", {
    class: "timeline-log",
    role: "log",
    "aria-live": "polite",
    tabindex: 0,
    onscroll: () => this.#scrolled(),
  });
  #below = h("button", { type: "button", class: "timeline-below", hidden: true, onclick: () => this.#goToEnd() });
  #place = new ReadingPlace(this.#log, this.#entries.list, ".entry");
  /** @type {Thread | undefined} */
  #thread;
  /** @type {Loading} */
  #loading = { state: "idle", text: "" };
  #wasAtEnd = true;

  connectedCallback() {
    if (this.#log.parentNode !== this) {
      this.#log.append(this.#top, this.#begin, this.#entries.list);
      this.append(this.#log, this.#below);
    }
    this.#place.watch();
  }

  disconnectedCallback() {
    this.#place.unwatch();
  }

  /** Whether the reader has the end of the log before them. */
  get atEnd() {
    return this.#place.atEnd && this.#log.clientHeight > 0;
  }

  /** Goes to the end, and stays there. */
  toEnd() {
    this.#place.toEnd();
  }

  /** Gives the log the focus, for those who read by keyboard. */
  focusLog() {
    this.#log.focus({ preventScroll: true });
  }

  /**
   * Shows a conversation as it is now; another one from its end.
   *
   * @param {Thread} thread
   * @param {{ peer: string, loading: Loading, notice: string }} options `peer` is the peer's name; a notice says why
   *   there can be no entry
   */
  show(thread, { peer, loading, notice }) {
    const anew = thread !== this.#thread;
    if (anew) this.#entries.clear();
    const epoch = this.#thread?.epoch;
    this.#thread = thread;
    this.#loading = loading;
    this.#log.setAttribute("aria-label", strings.timeline(isolated(peer)));
    // What is old is not news, and nobody wants it read out.
    if (loading.state === "loading") this.#log.setAttribute("aria-busy", "true");
    if (anew || epoch !== thread.epoch) this.#place.atEnd = true;
    this.#place.keep(() => {
      this.#showTop(thread);
      this.#begin.hidden = !thread.isEmpty || thread.sends.all.length > 0;
      this.#begin.textContent = notice || strings.beginConversation(isolated(peer));
      this.#entries.show(thread, peer);
    });
    if (loading.state !== "loading") requestAnimationFrame(() => this.#calm());
    this.showBelow(thread.below);
    this.#wantOlder();
  }

  /**
   * Says how many entries are below what the reader has before them.
   *
   * @param {number} count
   */
  showBelow(count) {
    const shown = count > 0 && !this.#place.atEnd;
    if (shown) this.#below.textContent = strings.newBelow(count);
    this.#below.hidden = !shown;
  }

  /** @param {Thread} thread */
  #showTop(thread) {
    const { state, text } = this.#loading;
    const nothingYet = thread.first > thread.last;
    this.#top.hidden = !thread.hasOlder && (thread.begun || state === "idle");
    this.#again.hidden = state !== "failed";
    this.#again.textContent = strings.tryAgain;
    if (state === "loading") this.#topText.textContent = nothingYet ? strings.loading : strings.olderLoading;
    else if (state === "failed") this.#topText.textContent = nothingYet ? text : strings.olderFailed;
    else this.#topText.textContent = "";
  }

  #calm() {
    if (this.#loading.state !== "loading") this.#log.removeAttribute("aria-busy");
  }

  #scrolled() {
    this.#place.scrolled();
    if (this.#place.atEnd && !this.#wasAtEnd) this.#ask("handsel-end");
    this.#wasAtEnd = this.#place.atEnd;
    this.#wantOlder();
  }

  #goToEnd() {
    // The button goes, and the focus should not fall to the page's top.
    this.focusLog();
    this.#place.toEnd();
    this.#ask("handsel-end");
  }

  #wantOlder() {
    const near = this.#log.scrollTop < NEAR_PX && this.#log.clientHeight > 0;
    if (near && this.#loading.state === "idle" && this.#thread?.hasOlder) this.#ask("handsel-older");
  }

  /** @param {string} type */
  #ask(type) {
    this.dispatchEvent(new CustomEvent(type));
  }
}

if (!customElements.get("handsel-timeline")) customElements.define("handsel-timeline", HandselTimeline);
