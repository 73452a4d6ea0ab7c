// Makes the element of a handshake's step. Knows nothing of which steps are possible.

import { h } from "../dom.js";
import { stepText } from "../model/steps.js";
import { timeElement } from "./entry-message.js";
import { writtenText } from "./entry-text.js";

/** @import { Handshake } from "../types.js" */

/**
 * The element of a step: who did what, and with a start the note.
 *
 * @param {Handshake} step
 * @param {number} me
 * @param {string} peer the peer's name
 */
export function stepEntry(step, me, peer) {
  // The note comes with each later step as well; people read it once.
  const note = step.status === "pending" && step.note;
  const element = h(
    "div",
    { class: `entry step ${step.status}` },
    h("div", { class: "what" }, stepText(step, me, peer), " ", timeElement(step.created_at)),
    note && writtenText(note, "note"),
  );
  element.dataset.seq = String(step.seq);
  return element;
}
