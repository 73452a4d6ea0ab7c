// The page's header: its name, where one can go, who is logged in. Knows nothing of the views.

import { h } from "../dom.js";
import { strings } from "../strings.js";
import { withName } from "./names.js";
import { hashOf } from "./routes.js";

/** @import { User } from "../types.js" */
/** @import { Route } from "./routes.js" */

/** @type {{ text: "offers" | "needs" | "messages", route: Route }[]} */
const PLACES = [
  { text: "offers", route: { name: "listings", kind: "offer" } },
  { text: "needs", route: { name: "listings", kind: "need" } },
  { text: "messages", route: { name: "messages", conversation: null } },
];

export class Header {
  element = h("header", { class: "site-header" });
  /** @type {Map<string, HTMLAnchorElement>} */
  #links = new Map();
  #unread = h("span", { class: "count", hidden: true });

  /**
   * @param {{ user: User | null, logOut: () => void }} options
   */
  show({ user, logOut }) {
    this.#links.clear();
    this.element.replaceChildren(
      h(
        "a",
        { class: "brand", href: "#/" },
        h("img", { src: "icon.svg", alt: "", width: 32, height: 32 }),
        h("span", {}, strings.site),
      ),
    );
    if (!user) return;
    this.element.append(
      h(
        "nav",
        { "aria-label": strings.navigation },
        h("ul", { role: "list" }, ...PLACES.map((place) => this.#place(place))),
      ),
      h("p", { class: "who" }, ...who(user)),
      h("button", { type: "button", class: "quiet", onclick: logOut }, strings.logOut),
    );
  }

  /** @param {(typeof PLACES)[number]} place */
  #place({ text, route }) {
    const link = h("a", { href: hashOf(route) }, strings[text], text === "messages" && this.#unread);
    this.#links.set(hashOf(route), link);
    return h("li", {}, link);
  }

  /**
   * Marks where one is.
   *
   * @param {Route} route
   */
  at(route) {
    const place = hashOf(route.name === "messages" ? { ...route, conversation: null } : route);
    for (const [hash, link] of this.#links) {
      if (hash === place) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  /** @param {number} conversations how many have something unread */
  unread(conversations) {
    this.#unread.hidden = conversations === 0;
    this.#unread.replaceChildren(
      h("span", { "aria-hidden": "true" }, String(conversations)),
      h("span", { class: "visually-hidden" }, ` ${strings.unreadConversations(conversations)}`),
    );
  }
}

/**
 * The name alone, where there is no room for the whole sentence.
 *
 * @param {User} user
 */
function who({ full_name }) {
  return withName(strings.loggedInAs, full_name).map((part) =>
    typeof part === "string" ? h("span", { class: "visually-hidden" }, part) : part,
  );
}
