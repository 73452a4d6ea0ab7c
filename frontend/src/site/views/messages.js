// Messages as one of the site's views: its element follows the address, and the address the element. Knows nothing of
// what the element shows.

import "../../components/index.js";
import { h } from "../../dom.js";
import { strings } from "../../strings.js";
import { hashOf } from "../routes.js";

/** @import { View, ViewContext } from "../views.js" */

/** @typedef {HTMLElement & { start: (options: object) => void, stop: () => void }} MessagesElement */

/**
 * @param {ViewContext} context
 * @param {string | null} conversation
 * @returns {View}
 */
export function messagesView({ session, go, unread }, conversation) {
  const messages = /** @type {MessagesElement} */ (document.createElement("handsel-messages"));
  const choose = (/** @type {string | null} */ chosen) => {
    if (messages.getAttribute("conversation") === chosen) return;
    if (chosen) messages.setAttribute("conversation", chosen);
    else messages.removeAttribute("conversation");
  };
  choose(conversation);
  messages.addEventListener("handsel-select", (event) => {
    const { conversation: chosen } = /** @type {CustomEvent} */ (event).detail;
    const list = hashOf({ name: "messages", conversation: null });
    const listed = location.hash === list;
    if (chosen !== null) {
      go(hashOf({ name: "messages", conversation: chosen }));
      if (listed) history.replaceState({ listed }, "");
    } else if (history.state?.listed) {
      // The list is where one came from.
      history.back();
    } else {
      // The browser's own way back must not open what was just left.
      history.replaceState(null, "", list);
    }
  });
  messages.addEventListener("handsel-unread", (event) => {
    unread(/** @type {CustomEvent} */ (event).detail.conversations);
  });
  messages.addEventListener("handsel-signed-out", () => session.lost());
  const heading = h("h1", { class: "visually-hidden", tabindex: -1 }, strings.messages);
  return {
    title: strings.messages,
    element: h("div", { class: "messages-page" }, heading, messages),
    fills: true,
    started: () => messages.start({ socket: session.socket, api: session.api }),
    choose,
    stop: () => messages.stop(),
  };
}
