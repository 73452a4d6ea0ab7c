// The offers, or the needs: a list that grows by pages. Knows nothing of what a card does.

import { h } from "../../dom.js";
import { strings } from "../../strings.js";
import { explain } from "../errors.js";
import { ListingCard } from "../listing-card.js";
import { hashOf } from "../routes.js";

/** @import { ListingKind } from "../../types.js" */
/** @import { View, ViewContext } from "../views.js" */

/**
 * @param {ViewContext} context
 * @param {ListingKind} kind
 * @returns {View}
 */
export function listingsView({ session }, kind) {
  const listings = new Listings(session, kind);
  void listings.load();
  return { title: listings.title, element: listings.element, stop: () => listings.stop() };
}

class Listings {
  #session;
  #kind;
  #gone = new AbortController();
  #loading = false;
  /** @type {string | null} */
  #next = null;
  #list = h("ul", { class: "listings", role: "list" });
  #status = h("p", { class: "status", role: "status" }, h("span", { class: "late" }, strings.loading));
  #problem = h("div", { class: "status" });
  #more = h("button", { type: "button", hidden: true, onclick: () => void this.load() }, strings.more);

  /**
   * @param {ViewContext["session"]} session
   * @param {ListingKind} kind
   */
  constructor(session, kind) {
    this.#session = session;
    this.#kind = kind;
    const offers = kind === "offer";
    this.title = offers ? strings.offers : strings.needs;
    this.element = h(
      "div",
      { class: "page" },
      h(
        "div",
        { class: "page-head" },
        h("h1", { tabindex: -1 }, this.title),
        h(
          "a",
          { class: "button primary", href: hashOf({ name: "publish", kind }) },
          offers ? strings.publishOffer : strings.publishNeed,
        ),
      ),
      this.#status,
      this.#list,
      this.#problem,
      h("p", { class: "status" }, this.#more),
    );
  }

  /** Reads the next page, or the first one. */
  async load() {
    if (this.#loading) return;
    this.#setLoading(true);
    try {
      const page = await this.#session.api.listings(this.#kind, this.#next, { signal: this.#gone.signal });
      this.#add(page);
    } catch (error) {
      if (this.#gone.signal.aborted || this.#session.isOver(error)) return;
      this.#fail(explain(error));
    } finally {
      this.#setLoading(false);
    }
  }

  stop() {
    this.#gone.abort();
  }

  /** @param {boolean} loading */
  #setLoading(loading) {
    this.#loading = loading;
    this.#status.hidden = !loading || this.#list.childElementCount > 0;
    this.#list.setAttribute("aria-busy", String(loading));
    this.#more.setAttribute("aria-disabled", String(loading));
    if (loading) this.#problem.replaceChildren();
  }

  /** @param {{ results: import("../../types.js").Listing[], next: string | null }} page */
  #add({ results, next }) {
    const cards = results.map((listing) => new ListingCard(this.#session, listing));
    const focused = document.activeElement === this.#more;
    this.#list.append(...cards.map((card) => card.element));
    this.#next = next;
    this.#more.hidden = next === null;
    if (focused && next === null) cards[0]?.focus();
    if (this.#list.childElementCount === 0) {
      this.#problem.replaceChildren(
        h("p", { class: "empty" }, this.#kind === "offer" ? strings.noOffers : strings.noNeeds),
      );
    }
  }

  /** @param {string} text */
  #fail(text) {
    this.#more.hidden = true;
    this.#problem.replaceChildren(
      h("p", { class: "problem", role: "alert" }, text),
      h("button", { type: "button", onclick: () => this.#tryAgain() }, strings.tryAgain),
    );
  }

  /** The button goes while it is pressed; the focus stays near. */
  #tryAgain() {
    this.element.querySelector("h1")?.focus();
    void this.load();
  }
}
