// What a socket's close code means for the next try. Knows nothing of sockets.

/** What a browser reports for a connection that broke, and what this module gives where it broke one itself. */
export const BROKEN = 1006;
export const TOKEN_REFUSED = 4001;
export const RATE_LIMITED = 4029;
/** The reason of a close that is about its user, whatever the conversation. */
export const ACCOUNT_SUSPENDED = "account_suspended";

const TOO_SLOW = 4008;
const RESTARTING = 1012;
const UNAVAILABLE = 1013;
const NEVER = new Set([1002, 1003, 1007, 1009]);
const REFUSES_CONVERSATION = new Set([4000, 4003, 4004]);

/**
 * Whether to try again, to try with another token, or never to.
 *
 * @param {number} code
 * @returns {"again" | "with_another_token" | "never"}
 */
export function nextTry(code) {
  if (code === TOKEN_REFUSED) return "with_another_token";
  if (code === TOO_SLOW || code === RATE_LIMITED) return "again";
  return NEVER.has(code) || (code >= 4000 && code <= 4099) ? "never" : "again";
}

/**
 * Whether everybody was sent away at once, so that they must not come back at once.
 *
 * @param {number} code
 */
export function concernsAll(code) {
  return code === RESTARTING || code === UNAVAILABLE;
}

/**
 * Whether this conversation is not for this user, now or ever.
 *
 * @param {number} code
 * @param {string | null} [reason]
 */
export function refusesConversation(code, reason) {
  return REFUSES_CONVERSATION.has(code) && reason !== ACCOUNT_SUSPENDED;
}
