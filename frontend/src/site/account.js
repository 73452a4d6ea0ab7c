// Who is logged in, in this window and over reloads. Knows nothing of the server or the page.

/** @import { User } from "../types.js" */

/**
 * @typedef {{ token: string, expires_at: string, user: User }} LogIn
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} AccountStorage
 */

const KEY = "handsel.account";

/**
 * Who is logged in. The window's own log-in comes before the device's, so that two windows can be two people.
 * Storage that fails is done without: the log-in then lasts as long as the page.
 */
export class Account {
  /** @type {LogIn | null} */
  #current = null;
  #lasting = false;
  #ended = false;
  #window;
  #device;
  #now;

  /**
   * @param {{ window?: AccountStorage, device?: AccountStorage, now?: () => number }} [options] `sessionStorage` and
   *   `localStorage`, where there are any
   */
  constructor({ window, device, now = Date.now } = {}) {
    this.#window = window;
    this.#device = device;
    this.#now = now;
    this.#current = read(window);
    if (!this.#current) {
      this.#current = read(device);
      this.#lasting = this.#current !== null;
    }
    if (this.#current && this.#isOver(this.#current)) {
      this.forget();
      this.#ended = true;
    }
  }

  /** Who is logged in, or null. */
  get user() {
    return this.#current?.user ?? null;
  }

  /** Whether the log-in was found to have expired. */
  get ended() {
    return this.#ended;
  }

  /**
   * The token of a user, unless it is the refused one: another window may have a newer one.
   *
   * @param {number} user
   * @param {string} [refused]
   * @returns {string | null}
   */
  token(user, refused) {
    if (this.#lasting) {
      const stored = read(this.#device);
      if (stored && stored.user.id === this.#current?.user.id) this.#current = stored;
    }
    const current = this.#current;
    return current && current.user.id === user && current.token !== refused ? current.token : null;
  }

  /**
   * @param {LogIn} logIn
   * @param {boolean} lasting whether it is for all windows of this device
   */
  remember({ token, expires_at, user }, lasting) {
    this.#current = { token, expires_at, user };
    this.#lasting = lasting;
    this.#ended = false;
    write(this.#window, lasting ? null : this.#current);
    if (lasting) write(this.#device, this.#current);
  }

  /** Forgets the log-in; one that another window has stored since stays. */
  forget() {
    const storage = this.#lasting ? this.#device : this.#window;
    if (!this.#lasting || read(storage)?.token === this.#current?.token) write(storage, null);
    this.#current = null;
    this.#lasting = false;
  }

  /**
   * Takes over what another window has done to the device's log-in.
   *
   * @returns {boolean} whether another user, or none, is logged in now
   */
  refresh() {
    if (this.#current && !this.#lasting) return false;
    const before = this.#current;
    const stored = read(this.#device);
    this.#current = stored && !this.#isOver(stored) ? stored : null;
    this.#lasting = this.#current !== null;
    this.#ended = !this.#current && before !== null && this.#isOver(before);
    return this.#current?.user.id !== before?.user.id;
  }

  /** @param {LogIn} logIn */
  #isOver(logIn) {
    return Date.parse(logIn.expires_at) <= this.#now();
  }
}

/**
 * @param {AccountStorage | undefined} storage
 * @returns {LogIn | null}
 */
function read(storage) {
  try {
    const value = JSON.parse(storage?.getItem(KEY) ?? "null");
    const usable =
      typeof value?.token === "string" &&
      !Number.isNaN(Date.parse(value.expires_at)) &&
      Number.isSafeInteger(value.user?.id) &&
      typeof value.user.full_name === "string";
    return usable ? value : null;
  } catch {
    return null;
  }
}

/**
 * @param {AccountStorage | undefined} storage
 * @param {LogIn | null} logIn
 */
function write(storage, logIn) {
  try {
    if (logIn) storage?.setItem(KEY, JSON.stringify(logIn));
    else storage?.removeItem(KEY);
  } catch {
    // Storage that is full or switched off: the log-in is then kept by this page alone.
  }
}
