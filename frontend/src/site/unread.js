// How many conversations have something unread, counted anew where the inbox has news. Knows nothing of who shows it.

import { ApiError } from "../api.js";
import { INBOX } from "../utils/websocket.js";

/** @import { Session } from "./session.js" */

/** What comes until then is counted at once. */
const SOON_MS = 1000;

/**
 * @param {Session} session
 * @param {() => boolean} needed whether the session is still that of the page, and nobody else counts
 * @param {(conversations: number) => void} tell
 */
export function countUnread(session, needed, tell) {
  let counting = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const count = async () => {
    timer = undefined;
    if (counting) return soon();
    if (!needed()) return;
    counting = true;
    try {
      const { results } = await session.api.conversations();
      if (needed()) tell(results.filter((row) => row.unread_count > 0).length);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (needed()) session.isOver(error);
    } finally {
      counting = false;
    }
  };
  const soon = () => {
    timer ??= setTimeout(count, SOON_MS);
  };
  for (const type of ["hello", "message", "handshake", "read"]) {
    session.socket.addEventListener(type, (event) => {
      if (/** @type {CustomEvent} */ (event).detail.connection === INBOX) soon();
    });
  }
  void count();
}
