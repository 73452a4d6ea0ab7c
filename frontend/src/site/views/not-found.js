// What is shown for an address that means nothing. Knows nothing of those that mean something.

import { h } from "../../dom.js";
import { strings } from "../../strings.js";

/** @import { View } from "../views.js" */

/** @returns {View} */
export function notFoundView() {
  return {
    title: strings.notFound,
    element: h("div", { class: "page narrow" }, h("h1", { tabindex: -1 }, strings.notFound)),
  };
}
