// The connections that there are, and which of them carries a conversation. Knows nothing of what is sent.

/**
 * @import { Connection } from "./connection.js"
 * @import { Frame } from "./frames.js"
 * @import { Names } from "./names.js"
 */

import { INBOX, isKey, listingOf } from "./address.js";
import { refusesConversation } from "./closes.js";

/** The server closes the oldest sockets of a user who opens many, and those may be another window's. */
const LINGERING_MAX = 3;

export class Directory {
  #names;
  /** @type {Map<string, Connection>} */
  #connections = new Map();

  /** @param {Names} names */
  constructor(names) {
    this.#names = names;
  }

  /** All of them, as they are now. */
  get all() {
    return [...this.#connections.values()];
  }

  /** Whether there may be one more that nobody wants, for what waits. */
  get hasRoom() {
    return this.all.filter(({ wanted, state }) => wanted === 0 && state !== "closed").length < LINGERING_MAX;
  }

  /** @param {Connection} connection */
  add(connection) {
    this.#connections.set(connection.name, connection);
  }

  /** @param {Connection} connection */
  remove(connection) {
    this.#connections.delete(connection.name);
  }

  /**
   * The connection of exactly that name.
   *
   * @param {string} name
   */
  get(name) {
    return this.#connections.get(name);
  }

  /**
   * The connection of that name, or of another one of the same conversation.
   *
   * @param {string} name
   */
  find(name) {
    return this.get(name) ?? this.chats(name)[0];
  }

  /**
   * Likewise, of those that somebody wants.
   *
   * @param {string} name
   */
  findWanted(name) {
    const exact = this.get(name);
    return exact && exact.wanted > 0 ? exact : this.chats(name).find((chat) => chat.wanted > 0);
  }

  /**
   * Those that are for this conversation alone, or for all of an owner's by that short form.
   *
   * @param {string} name
   */
  chats(name) {
    const key = this.#names.keyOf(name);
    return this.all.filter((chat) => chat.name !== INBOX && this.#names.keyOf(chat.name) === key);
  }

  /**
   * Those that are for several conversations, or may turn out to be, this one among them.
   *
   * @param {string} name
   */
  carriers(name) {
    return this.all.filter((connection) => {
      if (connection.wanted === 0 || connection.state === "closed") return false;
      if (connection.name === INBOX) return true;
      return isKey(name) && connection.name === listingOf(name) && !connection.greeting?.key;
    });
  }

  /**
   * Whether a message for this conversation would be sent sooner or later.
   *
   * @param {string} name
   */
  isReachable(name) {
    const mayOpen = this.chats(name).some(
      ({ wanted, state, status }) => wanted > 0 && !(state === "closed" && refusesConversation(status.code ?? 0, status.reason)),
    );
    return mayOpen || this.carriers(name).length > 0;
  }

  /**
   * Sends a frame to a conversation now, by a connection of its own where there is one.
   *
   * @param {string} name
   * @param {Frame} frame
   * @returns {Connection | null} the connection that took it
   */
  post(name, frame) {
    const chats = this.chats(name).filter((chat) => chat.state !== "closed");
    const taken = chats.find((chat) => chat.send(frame));
    // A conversation with a connection of its own waits for that: what is sent by two ways changes its order.
    if (taken || chats.length > 0) return taken ?? null;
    const addressed = { ...frame, conversation: this.#names.keyOf(name) };
    return this.carriers(name).find((carrier) => carrier.send(addressed)) ?? null;
  }
}
