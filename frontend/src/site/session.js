// What one log-in has: its API, its socket manager, how many conversations are unread. Knows nothing of the views.

import { HandselApi } from "../api.js";
import { HandselSocket } from "../utils/websocket.js";
import { isSignedOut } from "./errors.js";

/** @import { User } from "../types.js" */
/** @import { Account } from "./account.js" */

export class Session {
  #account;

  /**
   * @param {{
   *   account: Account, user: User, storage: Storage | undefined, lost: () => void,
   * }} options `lost` is called where the server refuses the token
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
    this.socket = new HandselSocket({ getToken, storage, storageKey: `handsel.outbox.${user.id}` });
  }

  /**
   * Whether an error is that nobody is logged in any longer, which then is taken care of.
   *
   * @param {unknown} error
   */
  isOver(error) {
    if (!isSignedOut(error)) return false;
    this.lost();
    return true;
  }

  /** Lets go of the sockets. What waits to be sent stays for the same user's next log-in. */
  stop() {
    this.socket.disconnect();
  }

  /** Ends the log-in here and on the server, and leaves nothing behind in this window. To be called once it stopped. */
  logOut() {
    const token = this.#account.token(this.user.id);
    this.#account.forget();
    for (const key of ownKeys(this.storage)) this.storage?.removeItem(key);
    new HandselApi({ getToken: () => token }).logOut().catch(() => {
      // Without an answer the token ends by itself.
    });
  }
}

/**
 * @param {Storage | undefined} storage
 * @returns {string[]}
 */
function ownKeys(storage) {
  return Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? "").filter((key) =>
    /^handsel[.-]/.test(key),
  );
}
