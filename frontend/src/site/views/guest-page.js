// What the log-in and the registration look like. Knows nothing of what they do.

import { h } from "../../dom.js";
import { strings } from "../../strings.js";

/** @import { Form } from "../form.js" */
/** @import { View } from "../views.js" */

/**
 * @param {{ title: string, notice?: HTMLElement | null, form: Form, otherwise: HTMLElement }} options
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
      notice,
      form.element,
      h("p", { class: "otherwise" }, otherwise),
    ),
  );
  return { title, element };
}
