// Names of people within texts, kept apart from them so that a name's direction stays its own. Knows no text.

import { h } from "../dom.js";

const PLACE = "\uE000";

/**
 * A text with a name in it, as nodes: the name is in a `<bdi>`.
 *
 * @param {(name: string) => string} text one of the strings that take a name
 * @param {string} name
 * @returns {(Node | string)[]}
 */
export function withName(text, name) {
  const parts = text(PLACE).split(PLACE);
  const nodes = parts.flatMap((part, index) => (index === 0 ? [part] : [h("bdi", {}, name), part]));
  return nodes.filter((node) => node !== "");
}

/**
 * The first letter of a name, for a small picture beside it.
 *
 * @param {string} name
 */
export function initial(name) {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first?.segment.toLocaleUpperCase() ?? "";
}
