// Names that nobody else gives. Knows nothing of what they name.

/** @import { Environment } from "./environment.js" */

/**
 * A random name of 32 hexadecimal digits or more.
 *
 * @param {Environment["crypto"]} crypto
 */
export function uniqueId(crypto) {
  // A page that came over plain http has no `randomUUID`.
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = new Uint8Array(16);
  crypto.getRandomValues(bytes);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
