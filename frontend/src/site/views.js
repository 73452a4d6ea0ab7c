// Which view shows which route, and what a view is. Knows nothing of what is in them.

import { elsewhereView } from "./views/guest-page.js";
import { listingsView } from "./views/listings.js";
import { logInView } from "./views/log-in.js";
import { messagesView } from "./views/messages.js";
import { notFoundView } from "./views/not-found.js";
import { publishView } from "./views/publish.js";
import { registerView } from "./views/register.js";

/** @import { HandselApi } from "../api.js" */
/** @import { LogIn } from "./account.js" */
/** @import { Route } from "./routes.js" */
/** @import { Session } from "./session.js" */

/**
 * @typedef {{
 *   title: string,
 *   element: HTMLElement,
 *   fills?: boolean,
 *   started?: () => void,
 *   choose?: (conversation: string | null) => void,
 *   stop?: () => void,
 * }} View `fills`: it is exactly as high as the window. `started` is called once it is in the document, `stop` when it
 *   leaves. `choose` shows another conversation in the same view.
 *
 * @typedef {{
 *   api: HandselApi,
 *   ended: string,
 *   loggedIn: (logIn: LogIn, lasting: boolean) => void,
 * }} GuestContext `ended`: why there is no log-in any more, where there was one
 *
 * @typedef {{
 *   session: Session,
 *   go: (hash: string) => void,
 *   unread: (conversations: number) => void,
 * }} ViewContext
 */

/**
 * @param {Route} route
 * @param {GuestContext} context
 * @returns {View}
 */
export function guestView(route, context) {
  // The server says so, in the document: nobody has a password here.
  if (document.documentElement.dataset.identity === "external") return elsewhereView();
  return route.name === "register" ? registerView(context) : logInView(context);
}

/**
 * @param {Route} route
 * @param {ViewContext} context
 * @returns {View}
 */
export function view(route, context) {
  switch (route.name) {
    case "listings":
    case "publish":
      return (route.name === "listings" ? listingsView : publishView)(context, route.kind);
    case "messages":
      return messagesView(context, route.conversation);
    default:
      return notFoundView();
  }
}
