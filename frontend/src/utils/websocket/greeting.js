// What a socket's `hello` said, kept up to date with what was told since, for those who come later. Knows nothing of
// sockets.

/**
 * @import { Hello, HelloConversation } from "../../types.js"
 * @import { Frame } from "./frames.js"
 */

import { INBOX, isKey, respondentOf } from "./address.js";
import { bodyOf } from "./frames.js";

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
   * @param {Frame} frame
   * @param {string} conversation
   * @param {number} seq
   */
  entry(frame, conversation, seq) {
    const isKnown = this.#with(conversation, (one) => (one.head = Math.max(one.head, seq)));
    if (isKnown || seq !== 1) return;
    // It has begun with this. What the peer is called stands only in a message of theirs.
    const { sender, actor_id } = /** @type {any} */ (bodyOf(frame));
    const online = (sender?.id ?? actor_id) !== this.userId;
    const peer = online ? sender : undefined;
    this.#hello.conversations.unshift({ conversation, head: 1, read_up_to: 0, peer_read_up_to: 0, peer, online });
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
   * @returns {boolean} whether it is listed
   */
  #with(conversation, change) {
    const one = this.#hello.conversations.find((listed) => listed.conversation === conversation);
    if (one) change(one);
    return one !== undefined;
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
