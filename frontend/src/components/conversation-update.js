// Changes what is shown and leaves alone what stays: the focus, and live regions, depend on it. Knows no conversations.

/**
 * Sets a text. A live region reads what changes, so what does not is not touched.
 *
 * @param {Element} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Sets an attribute, or removes it where the value is null.
 *
 * @param {Element} element
 * @param {string} name
 * @param {string | null} value
 */
export function mark(element, name, value) {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/**
 * Puts exactly these elements into the box, in this order. The one with the focus is not moved, the others move around
 * it: an element that is moved loses the focus.
 *
 * @param {Element} box
 * @param {Element[]} elements
 */
export function arrange(box, elements) {
  const wanted = new Set(elements);
  for (const child of [...box.children]) if (!wanted.has(child)) child.remove();

  const fixed = elements.findIndex((element) => element.contains(document.activeElement));
  const anchor = elements[fixed] ?? null;
  line(box, elements.slice(0, Math.max(fixed, 0)), box.firstChild, anchor);
  line(box, elements.slice(fixed + 1), anchor === null ? box.firstChild : anchor.nextSibling, null);
}

/**
 * @param {Element} box
 * @param {Element[]} elements
 * @param {Node | null} place  Where the first of them belongs.
 * @param {Node | null} end  What stays behind them all.
 */
function line(box, elements, place, end) {
  for (const element of elements) {
    if (element === place) place = place.nextSibling;
    else box.insertBefore(element, place ?? end);
  }
}
