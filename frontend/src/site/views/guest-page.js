// What the log-in and the registration look like, and what is there in their stead. Knows nothing of what they do.

import { h } from "../../dom.js";
import { strings } from "../../strings.js";

/** @import { Form } from "../form.js" */
/** @import { View } from "../views.js" */

/**
 * @param {{ title: string, notice?: string, form?: Form, otherwise?: HTMLElement }} options
 * @returns {View}
 */
export function guestPage({ title, notice, form, otherwise }) {
  const element = h(
    "div",
    { class: "guest" },
    h("p", { class: "tagline" }, strings.tagline),
    h(
      "div",
      { class: "sheet" },
      h("h1", { tabindex: -1 }, title),
      notice ? h("p", { class: "notice", role: "alert" }, notice) : null,
      form?.element,
      otherwise && h("p", { class: "otherwise" }, otherwise),
    ),
  );
  return { title, element };
}

/** Where a site has the users, and a form could only be refused. */
export function elsewhereView() {
  return guestPage({ title: strings.logIn, notice: strings.logInElsewhere });
}
