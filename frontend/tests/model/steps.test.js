// Every state of a handshake as both sides see it: what they may do, and what they are told.

import assert from "node:assert/strict";
import { test } from "node:test";

import { STEPS, possibleSteps, statusText, stepText } from "../../src/model/steps.js";

const ADA = 1;
const BO = 2;
/** @type {Record<number, string>} */
const NAMES = { [ADA]: "Ada", [BO]: "Bo" };

/**
 * A handshake that Bo started.
 *
 * @param {import("../../src/types.js").HandshakeStatus} status
 * @param {number} actor
 * @param {number[]} completedBy
 * @returns {import("../../src/types.js").Handshake}
 */
function handshake(status, actor, completedBy = []) {
  return {
    id: "handshake_1_2", status, user1_id: ADA, user2_id: BO, initiator_id: BO, message: "as the server has it",
    conversation: "offer_1:2", seq: 3, uid: "offer_1:2#2", actor_id: actor, version: 3, note: null, terms: null,
    completed_by: completedBy, created_at: "2026-11-23T10:00:00.000Z",
  };
}

const STATES = {
  none: null,
  pending: handshake("pending", BO),
  approved: handshake("approved", ADA),
  "marked as done by ada": handshake("approved", ADA, [ADA]),
  "marked as done by bo": handshake("approved", BO, [BO]),
  completed: handshake("completed", ADA, [BO, ADA]),
  declined: handshake("declined", ADA),
  "cancelled by bo": handshake("cancelled", BO),
  "cancelled by ada after a mark": handshake("cancelled", ADA, [ADA]),
};

/** @type {[keyof typeof STATES, string[], string[]][]} */
const POSSIBLE = [
  ["none", ["start"], ["start"]],
  ["pending", ["approve", "decline"], ["cancel"]],
  ["approved", ["complete", "cancel"], ["complete", "cancel"]],
  ["marked as done by ada", ["cancel"], ["complete", "cancel"]],
  ["marked as done by bo", ["complete", "cancel"], ["cancel"]],
  ["completed", ["start"], ["start"]],
  ["declined", ["start"], ["start"]],
  ["cancelled by bo", ["start"], ["start"]],
  ["cancelled by ada after a mark", ["start"], ["start"]],
];

for (const [state, adas, bos] of POSSIBLE) {
  test(`${state}: ada, who did not start it, can ${adas.join(" or ")}; bo can ${bos.join(" or ")}`, () => {
    assert.deepEqual(possibleSteps(STATES[state], ADA), adas);
    assert.deepEqual(possibleSteps(STATES[state], BO), bos);
  });
}

test("every step is possible somewhere, and they come with the one that leads on first", () => {
  const seen = new Set(POSSIBLE.flatMap(([, adas, bos]) => [...adas, ...bos]));
  assert.deepEqual([...seen].sort(), [...STEPS].sort());
  for (const [state] of POSSIBLE) {
    const places = possibleSteps(STATES[state], ADA).map((step) => STEPS.indexOf(step));
    assert.deepEqual(places, [...places].sort((a, b) => a - b));
  }
});

/** @type {[keyof typeof STATES, string, string][]} */
const TOLD = [
  ["none", "Agreed on something? Shake hands on it.", "Agreed on something? Shake hands on it."],
  ["pending", "Bo offers you a hand.", "You offered your hand. Ada can shake it."],
  ["approved", "You have shaken hands.", "You have shaken hands."],
  ["marked as done by ada", "You marked it as done. Bo has yet to.", "Ada marked it as done. Is it?"],
  ["marked as done by bo", "Bo marked it as done. Is it?", "You marked it as done. Ada has yet to."],
  ["completed", "Done. You both kept your word.", "Done. You both kept your word."],
  ["declined", "The handshake was declined.", "The handshake was declined."],
  ["cancelled by bo", "The handshake was cancelled.", "The handshake was cancelled."],
  ["cancelled by ada after a mark", "The handshake was cancelled.", "The handshake was cancelled."],
];

for (const [state, toAda, toBo] of TOLD) {
  test(`${state}: ada reads “${toAda}”, bo reads “${toBo}”`, () => {
    assert.equal(statusText(STATES[state], ADA, "Bo"), toAda);
    assert.equal(statusText(STATES[state], BO, "Ada"), toBo);
  });
}

/** @type {[keyof typeof STATES, string, string][]} */
const HAPPENED = [
  ["pending", "Bo offered a hand", "You offered your hand"],
  ["approved", "You shook hands on it", "Ada shook hands on it"],
  ["marked as done by ada", "You marked it as done", "Ada marked it as done"],
  ["marked as done by bo", "Bo marked it as done", "You marked it as done"],
  ["completed", "You marked it as done: the handshake is complete", "Ada marked it as done: the handshake is complete"],
  ["declined", "You declined", "Ada declined"],
  ["cancelled by bo", "Bo cancelled the handshake", "You cancelled the handshake"],
  ["cancelled by ada after a mark", "You cancelled the handshake", "Ada cancelled the handshake"],
];

for (const [state, toAda, toBo] of HAPPENED) {
  test(`the step to ${state} is “${toAda}” to ada and “${toBo}” to bo`, () => {
    const entry = /** @type {import("../../src/types.js").Handshake} */ (STATES[state]);
    assert.equal(stepText(entry, ADA, NAMES[BO] ?? ""), toAda);
    assert.equal(stepText(entry, BO, NAMES[ADA] ?? ""), toBo);
  });
}

test("a name that turns the direction stays inside itself", () => {
  const text = statusText(STATES.pending, ADA, "B\u202eo\u2069");
  assert.equal(text, "Bo offers you a hand.");
  assert.equal(stepText(STATES.pending ?? assert.fail(), ADA, "דנה"), "\u2068דנה\u2069 offered a hand");
});
