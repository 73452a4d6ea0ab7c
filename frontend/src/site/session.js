// What one log-in has: its API, its socket manager, what this window keeps for it. Knows nothing of the views.

import { HandselApi } from "../api.js";
import { unsentOf } from "../components/thread-unsent.js";
import { strings } from "../strings.js";
import { HandselSocket, INBOX } from "../utils/websocket.js";
import { ACCOUNT_SUSPENDED } from "../utils/websocket/closes.js";
import { isSignedOut } from "./errors.js";

/** @import { User } from "../types.js" */
/** @import { Account } from "./account.js" */

export class Session {
  #account;
  #outbox;

  /**
   * @param {{
   *   account: Account, user: User, storage: Storage | undefined, lost: (code?: string) => void,
   * }} options `lost` is called where the server refuses the token or the account, with its code
   */
  constructor({ account, user, storage, lost }) {
    this.#account = account;
    /** The window's own, where there is any. */
    this.storage = storage;
    this.user = user;
    /** To be called where the token is refused. */
    this.lost = lost;
    const getToken = (/** @type {{ refused?: string }} */ { refused }) => account.token(user.id, refused);
    this.api = new HandselApi({ getToken });
    clear(storage, user);
    this.#outbox = `handsel.outbox.${user.id}`;
    this.socket = new HandselSocket({ getToken, storage, storageKey: this.#outbox });
    unsentOf(this.socket, user.id);
    this.socket.addEventListener("status", (event) => {
      const { state, reason } = /** @type {CustomEvent} */ (event).detail;
      if (state === "closed" && reason === ACCOUNT_SUSPENDED) lost(reason);
    });
    // Whatever is shown: who has the page open is there, and hears what is new.
    this.socket.connect(INBOX);
  }

  /**
   * Whether an error is that nobody is logged in any longer, which then is taken care of.
   *
   * @param {unknown} error
   */
  isOver(error) {
    if (!isSignedOut(error)) return false;
    this.lost(error.code);
    return true;
  }

  /**
   * Lets go of the sockets. What waits to be sent stays for the same user's next log-in, but not where they logged out
   * in another window.
   */
  stop() {
    this.socket.disconnect();
    if (this.#account.user?.id !== this.user.id && !this.#account.ended) clear(this.storage);
  }

  /** Asks, where a log-out would lose messages that wait to be sent. */
  mayLogOut() {
    // In a text that somebody wrote, the quotes would be escaped.
    const waiting = (this.storage?.getItem(this.#outbox) ?? "").split('"client_message_id":').length - 1;
    return waiting === 0 || confirm(strings.logOutLoses(waiting));
  }

  /** Ends the log-in here and on the server, and leaves nothing behind in this window. To be called once it stopped. */
  logOut() {
    const token = this.#account.token(this.user.id);
    this.#account.forget();
    clear(this.storage);
    new HandselApi({ getToken: () => token }).logOut().catch(() => {
      // Without an answer the token ends by itself.
    });
  }
}

/**
 * Removes what this window keeps of users, or of all others but one. The log-in itself is the account's.
 *
 * @param {Storage | undefined} storage
 * @param {User} [user]
 */
function clear(storage, user) {
  for (const key of Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? "")) {
    const [, id] = /^handsel\D+(\d+)/.exec(key) ?? [];
    if (id !== undefined && Number(id) !== user?.id) storage?.removeItem(key);
  }
}
