// The site: who is logged in and where the address points decide what is shown. Knows nothing of what is in the views.

import { HandselApi } from "../api.js";
import { h } from "../dom.js";
import { errorText, strings } from "../strings.js";
import { Header } from "./header.js";
import { hashOf, isForGuests, routeOf } from "./routes.js";
import { Session } from "./session.js";
import { countUnread } from "./unread.js";
import { guestView, view } from "./views.js";

/** @import { Account, LogIn } from "./account.js" */
/** @import { Route } from "./routes.js" */
/** @import { View } from "./views.js" */

const HOME = hashOf({ name: "listings", kind: "offer" });

export class Site {
  #account;
  #storage;
  #header = new Header();
  #main = h("main", { id: "content", tabindex: -1 });
  #guestApi = new HandselApi({ getToken: () => null });
  /** @type {Session | null} */
  #session = null;
  /** @type {View | null} */
  #view = null;
  /** Where one wanted to go before the log-in came in between. @type {string | null} */
  #wanted = null;
  /** Why there is no log-in any more, in words. */
  #ended = "";
  /** How many conversations have something unread. */
  #unread = 0;

  /**
   * @param {{ account: Account, storage: Storage | undefined }} options `storage` is the window's own
   */
  constructor({ account, storage }) {
    this.#account = account;
    this.#storage = storage;
    if (account.ended) this.#ended = strings.sessionEnded;
  }

  /** Fills the page, and follows its address from then on. */
  start() {
    const skip = h("a", { class: "skip", href: "#content", onclick: this.#skip }, strings.skipToContent);
    document.body.replaceChildren(skip, this.#header.element, this.#main);
    this.#header.element.addEventListener("click", this.#again);
    this.#begin();
    this.#show({ first: true });
    addEventListener("hashchange", () => this.#show());
  }

  /** Another window has changed who is logged in on this device. */
  refresh() {
    if (!this.#account.refresh()) return;
    this.#ended = this.#session !== null && this.#account.user === null ? strings.sessionEnded : "";
    this.#end();
    this.#begin();
    this.#show();
  }

  /** An address of its own for the content would be a place in the site. */
  #skip = (/** @type {Event} */ event) => {
    event.preventDefault();
    this.#main.focus();
  };

  /** What one is at already is loaded anew: the browser itself would do nothing. */
  #again = (/** @type {MouseEvent} */ event) => {
    const link = /** @type {Element} */ (event.target).closest("a");
    if (link?.hash !== location.hash || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#show();
  };

  #begin() {
    const { user } = this.#account;
    this.#header.show({ user, logOut: () => this.#logOut() });
    if (!user) return;
    const session = new Session({
      account: this.#account,
      user,
      storage: this.#storage,
      lost: (code) => session === this.#session && this.#lose(code),
    });
    this.#session = session;
    // Messages counts by itself.
    const needed = () => session === this.#session && !this.#view?.choose;
    countUnread(session, needed, (count) => this.#setUnread(count));
  }

  #end() {
    this.#view?.stop?.();
    this.#view = null;
    this.#main.replaceChildren();
    this.#session?.stop();
    this.#session = null;
    this.#setUnread(0);
  }

  /** @type {(logIn: LogIn, lasting: boolean) => void} */
  #logIn = (logIn, lasting) => {
    this.#end();
    this.#account.remember(logIn, lasting);
    this.#ended = "";
    this.#begin();
    this.#show();
  };

  #logOut() {
    const session = this.#session;
    if (session?.mayLogOut() === false) return;
    this.#end();
    session?.logOut();
    this.#ended = "";
    this.#wanted = null;
    history.replaceState(null, "", hashOf({ name: "log-in" }));
    this.#begin();
    this.#show();
  }

  /** The server takes the token no longer. */
  #lose(code = "") {
    this.#end();
    this.#account.forget();
    this.#ended = errorText(code, strings.sessionEnded);
    this.#begin();
    this.#show();
  }

  #show({ first = false } = {}) {
    const route = this.#settle();
    this.#header.at(route);
    if (route.name === "messages" && this.#view?.choose) {
      this.#view.choose(route.conversation);
      return;
    }
    this.#view?.stop?.();
    this.#view = this.#make(route);
    document.documentElement.classList.toggle("fills", this.#view.fills === true);
    this.#main.replaceChildren(this.#view.element);
    this.#setTitle();
    if (!first) {
      scrollTo(0, 0);
      this.#main.querySelector("h1")?.focus({ preventScroll: true });
    }
    this.#view.started?.();
  }

  /**
   * Where one is: not where the address says where that is for others, guests or those who are logged in.
   *
   * @returns {Route}
   */
  #settle() {
    const route = routeOf(location.hash);
    if (!this.#session) {
      if (isForGuests(route)) this.#wanted = history.state?.wanted ?? this.#wanted;
      else if (route.name !== "start") this.#wanted = location.hash;
      const guest = isForGuests(route) ? route : /** @type {Route} */ ({ name: "log-in" });
      // In the history's entry it survives a reload of the log-in.
      history.replaceState({ wanted: this.#wanted }, "", hashOf(guest));
      return guest;
    }
    if (!isForGuests(route) && route.name !== "start") return route;
    const wanted = history.state?.wanted ?? this.#wanted ?? HOME;
    this.#wanted = null;
    history.replaceState(null, "", wanted);
    return routeOf(wanted);
  }

  /** @param {Route} route */
  #make(route) {
    const session = this.#session;
    if (!session) return guestView(route, { api: this.#guestApi, ended: this.#ended, loggedIn: this.#logIn });
    return view(route, {
      session,
      go: (hash) => {
        location.hash = hash;
      },
      unread: (conversations) => this.#setUnread(conversations),
    });
  }

  /** @param {number} conversations */
  #setUnread(conversations) {
    this.#unread = conversations;
    this.#header.unread(conversations);
    this.#setTitle();
  }

  #setTitle() {
    if (!this.#view) return;
    document.title = `${this.#unread ? `(${this.#unread}) ` : ""}${this.#view.title} · ${strings.site}`;
  }
}
