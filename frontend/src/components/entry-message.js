// Makes the element of a message, and turns a pending one into an entry. Knows nothing of where it stands.

import { h } from "../dom.js";
import { timeText } from "../model/days.js";
import { isolated } from "../model/isolate.js";
import { strings } from "../strings.js";
import { writtenText } from "./entry-text.js";

/** @import { Message } from "../types.js" */
/** @import { Send } from "../model/sends.js" */

/**
 * The element of a message that is an entry.
 *
 * @param {Message} message
 * @param {number} me
 * @param {string} peer the peer's name
 */
export function messageEntry(message, me, peer) {
  const own = message.sender.id === me;
  const removed = message.content === "" && Boolean(message.redacted_at);
  const text = removed
    ? h("div", { class: "text redacted" }, strings.redacted)
    : writtenText(message.content, "text");
  const element = bubble(own, own ? strings.fromYou : strings.from(isolated(peer)), text, message.created_at);
  element.dataset.seq = String(message.seq);
  return element;
}

/**
 * The element of an own message that is no entry yet.
 *
 * @param {Send} send
 */
export function pendingMessage(send) {
  const element = bubble(true, strings.fromYou, writtenText(send.content, "text"), send.created_at);
  element.dataset.clientMessageId = send.id;
  element.classList.add("pending");
  showDelivery(element, strings.sending);
  return element;
}

/**
 * Marks a pending message as one that will not be sent. What to do with it is asked by the events `handsel-resend` and
 * `handsel-discard`.
 *
 * @param {HTMLElement} element
 * @param {Send} send
 */
export function markFailed(element, send) {
  if (element.classList.contains("failed")) return;
  element.classList.replace("pending", "failed");
  showDelivery(element, "");
  const ask = (/** @type {string} */ type) => () =>
    element.dispatchEvent(new CustomEvent(type, { bubbles: true, detail: { id: send.id } }));
  element.append(
    h("p", { class: "failure" }, strings.notSent(send.reason)),
    h(
      "div",
      { class: "failure-actions" },
      h("button", { type: "button", onclick: ask("handsel-resend") }, strings.sendAgain),
      h("button", { type: "button", onclick: ask("handsel-discard") }, strings.discard),
    ),
  );
}

/**
 * Turns the element of a pending message into that of the entry that it has become.
 *
 * @param {HTMLElement} element
 * @param {Message} message
 */
export function settleMessage(element, message) {
  for (const rest of element.querySelectorAll(".failure, .failure-actions")) rest.remove();
  element.classList.remove("pending", "failed");
  element.dataset.seq = String(message.seq);
  element.querySelector("time")?.replaceWith(timeElement(message.created_at));
}

/**
 * Says how far an own message has come.
 *
 * @param {HTMLElement} element
 * @param {string} text
 */
export function showDelivery(element, text) {
  const state = element.querySelector(".delivery");
  if (state && state.textContent !== text) state.textContent = text;
}

/**
 * The time of an entry.
 *
 * @param {string} moment
 */
export function timeElement(moment) {
  return h("time", { datetime: moment, dir: "auto", title: timeText(moment, { full: true }) }, timeText(moment));
}

/**
 * @param {boolean} own
 * @param {string} from
 * @param {HTMLElement} text
 * @param {string} moment
 */
function bubble(own, from, text, moment) {
  return h(
    "div",
    { class: `entry message ${own ? "own" : "peer"}` },
    h(
      "div",
      { class: "bubble" },
      h("span", { class: "visually-hidden" }, `${from} `),
      text,
      h(
        "div",
        { class: "meta" },
        timeElement(moment),
        // It changes under way, and the log should not read each change out.
        own && h("span", { class: "delivery", "aria-live": "off" }),
      ),
    ),
  );
}
