// Makes elements. Text is set as text, never as HTML. Knows nothing of what they are for.

/**
 * An element with properties, attributes, listeners and children:
 * `h("button", { type: "button", class: "plain", "aria-label": "Close", onclick: close }, "×")`.
 * A property whose value is undefined, null or false is left out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on") && typeof value === "function") {
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let ids = 0;

/**
 * An id that no other element has, for labels and descriptions.
 *
 * @param {string} what
 */
export function uniqueId(what) {
  ids += 1;
  return `handsel-${what}-${ids}`;
}
