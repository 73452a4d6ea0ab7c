// What someone who looks at a page finds on it: by labels, texts and roles, where they are shown. Knows nothing of how
// the page is made.

const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();

const isShown = (element) =>
  element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && element.getClientRects().length > 0;

// What a screen reader says of an element: without what is hidden.
const spoken = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE || node.hidden || node.ariaHidden === "true") return "";
  return [...node.childNodes].map(spoken).join("");
};

const textOf = (id) => document.getElementById(id)?.textContent ?? "";

const nameOf = (element) => {
  const labelledBy = element.getAttribute("aria-labelledby");
  if (labelledBy) return tidy(labelledBy.split(/\s+/).map(textOf).join(" "));
  const label = element.getAttribute("aria-label");
  if (label) return tidy(label);
  if (element.labels?.length > 0) return tidy(spoken(element.labels[0]));
  return tidy(spoken(element));
};

// What more is said behind the name, such as a count, is no part of it.
const isNamed = (element, name) => nameOf(element) === name || nameOf(element).startsWith(`${name} `);

const named = (selector, name) => {
  const shown = [...document.querySelectorAll(selector)].filter(isShown);
  return shown.find((element) => nameOf(element) === name) ?? shown.find((element) => isNamed(element, name));
};

const field = (name) => named("input, textarea, select", name);
const button = (name) => named("button, [role=button], summary", name);
const link = (name) => named("a[href]", name);
const text = () => document.body?.innerText ?? "";
const shownAll = (selector) => [...document.querySelectorAll(selector)].filter(isShown);
const entryOf = (content) =>
  [...document.querySelectorAll("handsel-timeline .entry.message")].findLast(
    (entry) => entry.querySelector(".text")?.textContent === content,
  );
const scroller = () =>
  [...document.querySelectorAll("handsel-timeline, handsel-timeline *")].find((element) =>
    ["auto", "scroll"].includes(getComputedStyle(element).overflowY),
  );
