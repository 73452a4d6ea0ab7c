// What a socket's `hello` said, kept up to date with what was told since, for those who come later. Knows nothing of
// sockets.

/** @import { Hello, HelloConversation } from "../../types.js" */

import { INBOX, isKey, respondentOf } from "./address.js";

export class Greeting {
  #hello;

  /**
   * @param {string} connection
   * @param {Hello} hello
   */
  constructor(connection, hello) {
    this.#hello = { ...hello, conversations: hello.conversations.map((one) => ({ ...one })) };
    /** The key of the one conversation that there can be; null where there may be several. */
    this.key = keyOf(connection, hello);
  }

  get userId() {
    return this.#hello.user_id;
  }

  /** As it would be said now. @returns {Hello} */
  get hello() {
    return structuredClone(this.#hello);
  }

  /**
   * @param {string} conversation
   * @param {number} seq
   */
  entry(conversation, seq) {
    this.#with(conversation, (one) => (one.head = Math.max(one.head, seq)));
  }

  /**
   * @param {string} conversation
   * @param {number} readerId
   * @param {number} upTo
   */
  read(conversation, readerId, upTo) {
    this.#with(conversation, (one) => {
      const cursor = readerId === this.userId ? "read_up_to" : "peer_read_up_to";
      one[cursor] = Math.max(one[cursor], upTo);
    });
  }

  /**
   * @param {number} userId
   * @param {boolean} online
   */
  presence(userId, online) {
    for (const one of this.#hello.conversations) {
      if (one.peer?.id === userId) one.online = online;
    }
  }

  /**
   * @param {string} conversation
   * @param {(one: HelloConversation) => void} change
   */
  #with(conversation, change) {
    const one = this.#hello.conversations.find((listed) => listed.conversation === conversation);
    if (one) change(one);
  }
}

/**
 * @param {string} connection
 * @param {Hello} hello
 */
function keyOf(connection, hello) {
  if (connection === INBOX) return null;
  if (isKey(connection)) return connection;
  const [only, ...others] = hello.conversations;
  const own = only && others.length === 0 && respondentOf(only.conversation) === hello.user_id;
  return own ? only.conversation : null;
}
