// The log-in. Knows nothing of what comes after it.

import { h } from "../../dom.js";
import { strings } from "../../strings.js";
import { Form } from "../form.js";
import { guestPage } from "./guest-page.js";

/** @import { GuestContext, View } from "../views.js" */

/**
 * @param {GuestContext} context
 * @returns {View}
 */
export function logInView({ api, ended, loggedIn }) {
  const form = new Form({
    fields: [
      { name: "username", label: strings.username, autocomplete: "username", required: true, verbatim: true },
      { name: "password", label: strings.password, type: "password", autocomplete: "current-password", required: true },
      { name: "stay", label: strings.stayLoggedIn, type: "checkbox" },
    ],
    submit: strings.logIn,
    send: async ({ text, checked }) => {
      loggedIn(await api.logIn({ username: text("username"), password: text("password") }), checked("stay"));
    },
  });
  return guestPage({
    title: strings.logIn,
    notice: ended,
    form,
    otherwise: h("a", { href: "#/register" }, strings.registerInstead),
  });
}
