// Which steps of a handshake are possible, and its states and steps in words. Knows nothing of buttons or sockets.

import { strings } from "../strings.js";
import { isolated } from "./isolate.js";

/** @import { Handshake } from "../types.js" */

/** @typedef {"start" | "approve" | "decline" | "cancel" | "complete"} Step */

/** Every step, the one that leads on before the one that leads out. */
export const STEPS = Object.freeze(/** @type {Step[]} */ (["start", "approve", "complete", "decline", "cancel"]));

/**
 * The steps that the server would take from this user now, in the order of {@link STEPS}.
 *
 * @param {Handshake | null} handshake  The conversation's latest, whatever became of it.
 * @param {number} me
 * @returns {Step[]}
 */
export function possibleSteps(handshake, me) {
  switch (handshake?.status) {
    case "pending":
      return handshake.initiator_id === me ? ["cancel"] : ["approve", "decline"];
    case "approved":
      return handshake.completed_by.includes(me) ? ["cancel"] : ["complete", "cancel"];
    default:
      return ["start"];
  }
}

/**
 * How the handshake stands, as this user sees it.
 *
 * @param {Handshake | null} handshake
 * @param {number} me
 * @param {string} peer  The peer's name.
 */
export function statusText(handshake, me, peer) {
  const name = isolated(peer);
  switch (handshake?.status) {
    case "pending":
      return handshake.initiator_id === me ? strings.handshakePendingYours(name) : strings.handshakePendingTheirs(name);
    case "approved":
      if (handshake.completed_by.length === 0) return strings.handshakeApproved;
      return handshake.completed_by.includes(me)
        ? strings.handshakeCompletedYours(name)
        : strings.handshakeCompletedTheirs(name);
    case "completed":
      return strings.handshakeCompleted;
    case "declined":
      return strings.handshakeDeclined;
    case "cancelled":
      return strings.handshakeCancelled;
    default:
      return strings.handshakeNone;
  }
}

/**
 * What happened in one step, as this user sees it.
 *
 * @param {Handshake} entry  The handshake as its entry in the timeline has it.
 * @param {number} me
 * @param {string} peer  The peer's name.
 */
export function stepText(entry, me, peer) {
  const own = entry.actor_id === me;
  const name = isolated(peer);
  switch (entry.status) {
    case "pending":
      return own ? strings.stepStartedByYou : strings.stepStarted(name);
    case "approved":
      if (entry.completed_by.length === 0) return own ? strings.stepApprovedByYou : strings.stepApproved(name);
      return own ? strings.stepMarkedByYou : strings.stepMarked(name);
    case "declined":
      return own ? strings.stepDeclinedByYou : strings.stepDeclined(name);
    case "cancelled":
      return own ? strings.stepCancelledByYou : strings.stepCancelled(name);
    case "completed":
      return own ? strings.stepCompletedByYou : strings.stepCompleted(name);
  }
}
