// What an error says to people. Knows nothing of where it is shown.

import { ApiError } from "../api.js";
import { errorText, strings } from "../strings.js";
import { ACCOUNT_SUSPENDED } from "../utils/websocket/closes.js";

/**
 * @param {unknown} error
 * @returns {string}
 */
export function explain(error) {
  if (!(error instanceof ApiError)) throw error;
  if (error.code === "rate_limited" && error.retryAfterMs) {
    return strings.rateLimitedFor(Math.ceil(error.retryAfterMs / 1000));
  }
  return errorText(error.code, error.message);
}

/**
 * Whether the server refuses the token that was sent, or whoever it is of, rather than a password.
 *
 * @param {unknown} error
 * @returns {error is ApiError}
 */
export function isSignedOut(error) {
  if (!(error instanceof ApiError)) return false;
  return error.code === ACCOUNT_SUSPENDED || (error.status === 401 && error.code !== "credentials_invalid");
}
