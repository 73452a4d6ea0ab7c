// Who one talks with, about what, and the way back. Knows nothing of sockets or HTTP.

import { h } from "../dom.js";
import { isolated } from "../model/isolate.js";
import { strings } from "../strings.js";

/** @import { ListingSummary } from "../types.js" */

export class ThreadHeader {
  #heading = h("h2", { tabindex: -1 });
  #presence = h("p", { class: "presence" });
  #listing = h("p", { class: "thread-listing" });
  #block = h("button", {
    type: "button",
    class: "quiet",
    onclick: () => this.element.dispatchEvent(new CustomEvent("handsel-block")),
  });

  /** @param {() => void} back */
  constructor(back) {
    const arrow = h("span", { class: "back-arrow", "aria-hidden": "true" });
    /** What shows it. */
    this.element = h(
      "header",
      { class: "thread-header" },
      h("button", { type: "button", class: "back", "aria-label": strings.backToConversations, onclick: back }, arrow),
      h("div", { class: "thread-who" }, this.#heading, h("div", {}, this.#presence, this.#listing)),
      this.#block,
    );
  }

  /** Gives the heading the focus. */
  focus() {
    this.#heading.focus({ preventScroll: true });
  }

  /**
   * @param {{
   *   title: string, listing: ListingSummary | undefined, online: boolean | undefined, blocked: boolean | undefined,
   * }} view `online` and `blocked` are undefined where they cannot be known
   */
  show({ title, listing, online, blocked }) {
    setText(this.#heading, isolated(title));
    const about = listing?.kind === "need" ? strings.aboutNeed : strings.aboutOffer;
    setText(this.#listing, listing ? about(isolated(listing.title)) : "");
    setText(this.#presence, online === undefined ? "" : online ? strings.online : strings.offline);
    this.#presence.classList.toggle("online", online === true);
    this.#block.hidden = blocked === undefined;
    setText(this.#block, blocked ? strings.unblock : strings.block);
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
