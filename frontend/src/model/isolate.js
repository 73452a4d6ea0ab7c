// Other people's words inside a sentence of ours: neither turns the other around. Knows nothing of elements.

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const STEERING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A name or text as it can stand inside a sentence: without the characters that steer direction, and within Unicode's
 * isolate where it is written from right to left.
 *
 * @param {string} text
 */
export function isolated(text) {
  const plain = text.replaceAll(STEERING, "");
  return RIGHT_TO_LEFT.test(plain) ? `\u2068${plain}\u2069` : plain;
}
