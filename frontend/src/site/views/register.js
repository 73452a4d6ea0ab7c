// The registration, which logs in straight away. Knows nothing of what comes after it.

import { h } from "../../dom.js";
import { strings } from "../../strings.js";
import { Form } from "../form.js";
import { guestPage } from "./guest-page.js";

/** @import { GuestContext, View } from "../views.js" */

/**
 * @param {GuestContext} context
 * @returns {View}
 */
export function registerView({ api, loggedIn }) {
  let registered = "";
  const form = new Form({
    fields: [
      {
        name: "username",
        label: strings.username,
        hint: strings.usernameHint,
        autocomplete: "username",
        required: true,
        verbatim: true,
      },
      {
        name: "password",
        label: strings.password,
        hint: strings.passwordHint,
        type: "password",
        autocomplete: "new-password",
        required: true,
      },
      { name: "first_name", label: strings.firstName, type: "text", autocomplete: "given-name" },
      { name: "last_name", label: strings.lastName, type: "text", autocomplete: "family-name" },
      { name: "stay", label: strings.stayLoggedIn, type: "checkbox" },
    ],
    submit: strings.register,
    send: async ({ text, checked }) => {
      const credentials = { username: text("username"), password: text("password") };
      // Where the log-in behind it failed, trying again must not find one's own name taken.
      if (registered !== credentials.username) {
        await api.register({ ...credentials, first_name: text("first_name"), last_name: text("last_name") });
        registered = credentials.username;
      }
      loggedIn(await api.logIn(credentials), checked("stay"));
    },
  });
  return guestPage({
    title: strings.register,
    form,
    otherwise: h("a", { href: "#/log-in" }, strings.logInInstead),
  });
}
