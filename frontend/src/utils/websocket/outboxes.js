// All messages that wait, by conversation: queued, kept over a reload, sent one at a time, answered. Knows nothing of
// how they travel.

/**
 * @import { Environment } from "./environment.js"
 * @import { Dropped } from "./events.js"
 * @import { Keeping } from "./keeping.js"
 * @import { Names } from "./names.js"
 * @import { Waiting } from "./outbox.js"
 * @import { Frame } from "./frames.js"
 */

import { SendError } from "./errors.js";
import { fits, milliseconds, wellFormed } from "./frames.js";
import { uniqueId } from "./ids.js";
import { OUTBOX_MESSAGES_MAX, Outbox } from "./outbox.js";
import { Timer } from "./timer.js";

const RETRY_MS = 1_000;
const RETRIED = new Set(["rate_limited", "unavailable", "outcome_unknown"]);

/** @template Route what a message goes out by */
export class Outboxes {
  #environment;
  #names;
  #keeping;
  #post;
  /** @type {Map<string, { outbox: Outbox<Route>, rest: Timer }>} */
  #boxes = new Map();

  /**
   * @param {{
   *   environment: Environment, names: Names, keeping: Keeping, post: (name: string, frame: Frame) => Route | null,
   * }} parts `post` sends a frame, and says by which way; null where there is none now
   */
  constructor({ environment, names, keeping, post }) {
    this.#environment = environment;
    this.#names = names;
    this.#keeping = keeping;
    this.#post = post;
    for (const [name, messages] of keeping.load()) {
      if (messages.length > 0) this.#box(name).outbox.add(...messages);
    }
  }

  /** The conversations for which something waits. */
  get names() {
    return [...this.#boxes].filter(([, { outbox }]) => !outbox.isEmpty).map(([name]) => name);
  }

  /** @param {string} name */
  pending(name) {
    return this.#boxes.get(this.#names.keyOf(name))?.outbox.messages ?? [];
  }

  /**
   * @param {string} name
   * @param {{ content: string, recipient_id?: number }} said
   * @returns {string} its `client_message_id`
   */
  add(name, { content, recipient_id }) {
    const { outbox } = this.#box(this.#names.keyOf(name));
    if (outbox.isFull) {
      throw new SendError("outbox_full", `${OUTBOX_MESSAGES_MAX} messages wait for this conversation already`);
    }
    const message = {
      client_message_id: uniqueId(this.#environment.crypto),
      content: wellFormed(content),
      created_at: new Date(this.#environment.now()).toISOString(),
      ...(recipient_id === undefined ? {} : { recipient_id }),
    };
    if (!fits({ ...frameOf(message), conversation: name })) {
      throw new SendError("content_too_long", "the message is longer than the server takes any frame");
    }
    outbox.add(message);
    this.#save();
    this.flush();
    return message.client_message_id;
  }

  /** Sends what can be sent. */
  flush() {
    for (const [name, { outbox }] of this.#boxes) {
      const message = outbox.next;
      const route = message && this.#post(name, frameOf(message));
      if (route) outbox.sent(route);
    }
  }

  /**
   * The user's own message has come.
   *
   * @param {string} id
   * @param {string} key
   */
  answered(id, key) {
    const box = this.#find(id, key);
    if (!box) return;
    box.outbox.remove(id);
    this.#save();
  }

  /**
   * A message was refused.
   *
   * @param {string} id
   * @param {{ code: string, retry_after_ms?: unknown }} error
   * @returns {{ will_retry: boolean, dropped?: Dropped } | null} null where it has been answered before
   */
  refused(id, { code, retry_after_ms }) {
    const box = this.#find(id);
    if (!box) return null;
    const { name, outbox, rest } = box;
    if (!RETRIED.has(code) && retry_after_ms === undefined) {
      const message = /** @type {Waiting} */ (outbox.remove(id));
      this.#save();
      return { will_retry: false, dropped: { ...message, conversation: name } };
    }
    if (outbox.rest(id)) {
      rest.set(milliseconds(retry_after_ms, RETRY_MS), () => {
        outbox.wake();
        this.flush();
      });
    }
    return { will_retry: true };
  }

  /** @param {Route} route what was sent there may not have arrived */
  lost(route) {
    for (const { outbox } of this.#boxes.values()) outbox.lost(route);
  }

  /**
   * A short form turned out to be this key: what was queued by either name is one queue.
   *
   * @param {string} short
   * @param {string} key
   */
  merge(short, key) {
    const box = this.#boxes.get(short);
    if (!box) return;
    box.rest.clear();
    this.#boxes.delete(short);
    this.#box(key).outbox.merge(box.outbox.drain());
    this.#save();
  }

  /**
   * Gives up what waits for a conversation.
   *
   * @param {string} name
   * @returns {Dropped[]}
   */
  drop(name) {
    const conversation = this.#names.keyOf(name);
    const box = this.#boxes.get(conversation);
    box?.rest.clear();
    const messages = box?.outbox.drain() ?? [];
    this.#save();
    return messages.map((message) => ({ ...message, conversation }));
  }

  /** Nothing is sent any more until something is connected again. */
  pause() {
    for (const { outbox, rest } of this.#boxes.values()) {
      rest.clear();
      outbox.wake();
    }
  }

  /** @param {string} name */
  #box(name) {
    let box = this.#boxes.get(name);
    if (!box) {
      box = { outbox: new Outbox(), rest: new Timer(this.#environment) };
      this.#boxes.set(name, box);
    }
    return box;
  }

  /**
   * Where that message waits.
   *
   * @param {string} id
   * @param {string} [key] the conversation that it turned out to belong to
   */
  #find(id, key) {
    for (const [name, box] of this.#boxes) {
      if (box.outbox.has(id) && (key === undefined || this.#names.covers(name, key))) return { name, ...box };
    }
    return null;
  }

  #save() {
    for (const [name, { outbox, rest }] of this.#boxes) {
      if (!outbox.isEmpty) continue;
      rest.clear();
      this.#boxes.delete(name);
    }
    this.#keeping.save([...this.#boxes].map(([name, { outbox }]) => [name, outbox.messages]));
  }
}

/**
 * @param {Waiting} message
 * @returns {Frame}
 */
function frameOf({ content, client_message_id, recipient_id }) {
  return { type: "message", content, client_message_id, ...(recipient_id === undefined ? {} : { recipient_id }) };
}
