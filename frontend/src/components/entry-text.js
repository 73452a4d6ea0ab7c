// Shows what somebody wrote: as text, with its links. Knows nothing of entries.

import { h } from "../dom.js";
import { splitLinks } from "../model/links.js";

/**
 * An element with a text of people's own: each paragraph in its own direction, nothing of it read as HTML.
 *
 * @param {string} text
 * @param {string} name the element's class
 */
export function writtenText(text, name) {
  const pieces = splitLinks(text).map(({ text: piece, href }) =>
    // An address reads from left to right wherever it stands, so that its host is where people look for it.
    href ? h("a", { href, target: "_blank", rel: "noopener noreferrer", dir: "ltr" }, piece) : piece,
  );
  return h("div", { class: name, dir: "auto" }, ...pieces);
}
