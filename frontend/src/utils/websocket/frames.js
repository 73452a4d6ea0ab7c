// Frames as text and back, as far as everything that is heard is like that. Knows nothing of what they bring about.

/** @import { Handshake, Hello, HelloConversation, Message } from "../../types.js" */

/** A server closes a socket that sends more than this, and would do so again each time that it is sent. */
const FRAME_BYTES_MAX = 65_536;

/** @typedef {{ type: string, [field: string]: unknown }} Frame */

/**
 * Half a character, as it is left where text is cut, is no JSON to the server, which could not even say whose it was.
 *
 * @param {string} text
 */
export function wellFormed(text) {
  return text.replace(/[\uD800-\uDFFF]/gu, "\uFFFD");
}

/** @param {Frame} frame */
export function encode(frame) {
  return JSON.stringify(frame, (_, value) => (typeof value === "string" ? wellFormed(value) : value));
}

/** @param {Frame} frame */
export function fits(frame) {
  return new TextEncoder().encode(encode(frame)).length <= FRAME_BYTES_MAX;
}

/**
 * The frame, where it is one.
 *
 * @param {unknown} data
 * @returns {Frame | null}
 */
export function decode(data) {
  if (typeof data !== "string") return null;
  try {
    const frame = JSON.parse(data);
    return isObject(frame) && typeof frame.type === "string" ? /** @type {Frame} */ (frame) : null;
  } catch {
    return null;
  }
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What stands in the frame under the name of its type.
 *
 * @param {Frame} frame
 */
export function bodyOf(frame) {
  const body = frame[frame.type];
  return isObject(body) ? body : null;
}

/**
 * The entry of a timeline that the frame is, also one of a kind that only newer servers have: it has a place, too.
 *
 * @param {Frame} frame
 * @returns {{ conversation: string, seq: number } | null}
 */
export function entryOf(frame) {
  const body = bodyOf(frame);
  if (typeof body?.conversation !== "string" || !Number.isSafeInteger(body.seq)) return null;
  return /** @type {{ conversation: string, seq: number }} */ (body);
}

/**
 * @param {Frame} frame
 * @returns {Message | null}
 */
export function messageOf(frame) {
  return frame.type === "message" && entryOf(frame) ? /** @type {Message} */ (frame.message) : null;
}

/**
 * @param {Frame} frame
 * @returns {Handshake | null}
 */
export function handshakeOf(frame) {
  return frame.type === "handshake" && entryOf(frame) ? /** @type {Handshake} */ (frame.handshake) : null;
}

/**
 * The frame as a `hello`, whose list is one.
 *
 * @param {Frame} frame
 * @returns {Hello}
 */
export function helloOf(frame) {
  const listed = Array.isArray(frame.conversations) ? frame.conversations : [];
  const conversations = /** @type {HelloConversation[]} */ (
    listed.filter((one) => isObject(one) && typeof one.conversation === "string" && Number.isSafeInteger(one.head))
  );
  return /** @type {Hello} */ (/** @type {unknown} */ ({ ...frame, conversations }));
}

/**
 * @param {unknown} value
 * @param {number} otherwise
 */
export function milliseconds(value, otherwise) {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : otherwise;
}
