// One offer or need as a card, with what its reader can do about it. Knows nothing of the list.

import { h, uniqueId } from "../dom.js";
import { strings } from "../strings.js";
import { explain } from "./errors.js";
import { initial, withName } from "./names.js";
import { hashOf } from "./routes.js";

/** @import { Listing } from "../types.js" */
/** @import { Session } from "./session.js" */

/** The second half of a double click or tap must not undo what the first one did. */
const SETTLES_MS = 600;

export class ListingCard {
  element = h("li", { class: "listing" });
  #session;
  #listing;
  #busy = false;
  #title;
  #closed = h("span", { class: "badge" }, strings.closed);
  #change = h("button", { type: "button", onclick: () => void this.#changeStatus() });
  #problem = h("p", { class: "error", role: "alert", hidden: true });
  #readAll = h(
    "button",
    { type: "button", class: "quiet", hidden: true, "aria-expanded": "false", onclick: () => this.#toggle() },
    strings.readAll,
  );

  /**
   * @param {Session} session
   * @param {Listing} listing
   */
  constructor(session, listing) {
    this.#session = session;
    this.#listing = listing;
    const titleId = uniqueId("title");
    this.#title = h("h2", { id: titleId, dir: "auto", tabindex: -1 }, listing.title);
    const description = listing.description && h("p", { class: "description", dir: "auto" }, listing.description);
    this.#change.setAttribute("aria-describedby", titleId);
    this.#readAll.setAttribute("aria-describedby", titleId);
    const own = listing.owner.id === session.user.id;
    this.element.append(
      h("div", { class: "badges" }, own && h("span", { class: "badge yours" }, strings.yours), this.#closed),
      this.#title,
      description,
      this.#readAll,
      byline(listing),
      this.#problem,
    );
    if (own) this.element.append(this.#change);
    else if (listing.status === "open") this.element.append(writeLink(listing, titleId));
    this.#show();
    const shortened = [this.#title, ...(description ? [description] : [])];
    const sizes = new ResizeObserver(() => {
      if (this.element.classList.contains("unfolded")) return;
      this.#readAll.hidden = shortened.every((text) => text.scrollHeight <= text.clientHeight);
    });
    for (const text of shortened) sizes.observe(text);
  }

  /** Gives the focus to its heading. */
  focus() {
    this.#title.focus();
  }

  #toggle() {
    const unfolded = this.element.classList.toggle("unfolded");
    this.#readAll.setAttribute("aria-expanded", String(unfolded));
    this.#readAll.textContent = unfolded ? strings.readLess : strings.readAll;
  }

  #show() {
    const open = this.#listing.status === "open";
    this.element.classList.toggle("closed", !open);
    this.#closed.hidden = open;
    this.#change.textContent = open ? strings.closeListing : strings.openListing;
  }

  async #changeStatus() {
    if (this.#busy) return;
    this.#busy = true;
    this.#change.setAttribute("aria-disabled", "true");
    this.#problem.hidden = true;
    this.#problem.textContent = "";
    try {
      const { kind, id, status } = this.#listing;
      this.#listing = await this.#session.api.change(kind, id, { status: status === "open" ? "closed" : "open" });
      this.#show();
      await new Promise((settled) => setTimeout(settled, SETTLES_MS));
    } catch (error) {
      if (this.#session.isOver(error)) return;
      this.#problem.textContent = explain(error);
      this.#problem.hidden = false;
    } finally {
      this.#busy = false;
      this.#change.removeAttribute("aria-disabled");
    }
  }
}

/** @param {Listing} listing */
function byline({ owner, created_at }) {
  const date = new Date(created_at);
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
  return h(
    "p",
    { class: "byline" },
    h("span", { class: "initial", "aria-hidden": "true" }, initial(owner.full_name)),
    h("span", {}, ...withName(strings.by, owner.full_name)),
    h("time", { datetime: created_at }, format.format(date)),
  );
}

/**
 * @param {Listing} listing
 * @param {string} titleId
 */
function writeLink({ conversation, owner }, titleId) {
  const href = hashOf({ name: "messages", conversation });
  const text = withName(strings.writeTo, owner.full_name);
  return h("a", { class: "button primary", href, "aria-describedby": titleId }, ...text);
}
