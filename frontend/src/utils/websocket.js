// The socket manager: one for a page, shared by its components. Knows nothing of HTTP and of the DOM.
//
// - `websocket/connection.js`: one connection and its life; `socket.js` is a single WebSocket of it.
// - `websocket/outboxes.js`, `reads.js`, `typing.js`: what the user does, until the server knows.
// - `websocket/directory.js`: which connection carries a conversation.
// - here: what the page asks for, and what one part has to tell another.

/**
 * @import { Environment } from "./websocket/environment.js"
 * @import { HandselEvents, Status } from "./websocket/events.js"
 * @import { Frame } from "./websocket/frames.js"
 * @import { Greeting } from "./websocket/greeting.js"
 * @import { StorageLike } from "./websocket/keeping.js"
 * @import { Waiting } from "./websocket/outbox.js"
 * @import { GetToken } from "./websocket/tokens.js"
 */

import { INBOX, baseAddress, listingOf, respondentOf } from "./websocket/address.js";
import { refusesConversation } from "./websocket/closes.js";
import { Connection } from "./websocket/connection.js";
import { Directory } from "./websocket/directory.js";
import { environmentOf } from "./websocket/environment.js";
import { SendError } from "./websocket/errors.js";
import { HandselEvent } from "./websocket/events.js";
import { fits, messageOf, milliseconds } from "./websocket/frames.js";
import { Keeping } from "./websocket/keeping.js";
import { Names } from "./websocket/names.js";
import { Outboxes } from "./websocket/outboxes.js";
import { Reads } from "./websocket/reads.js";
import { Tokens } from "./websocket/tokens.js";
import { Typing } from "./websocket/typing.js";
import { Wake } from "./websocket/wake.js";

export { HandselEvent, INBOX, SendError };

/**
 * Keeps a user's conversations connected. What happens in them it tells by events, of which `docs/frontend.md` has the
 * table.
 */
export class HandselSocket extends EventTarget {
  #environment;
  #base;
  #tokens;
  #wake;
  #typing;
  #reads;
  #names = new Names();
  #directory = new Directory(this.#names);
  /** @type {Outboxes<Connection>} */
  #outboxes;
  /** Everything was disconnected, and nothing connected since. */
  #isAsleep = false;

  /**
   * @param {{
   *   url?: string | URL, getToken: GetToken, storage?: StorageLike, storageKey?: string,
   *   environment?: Partial<Environment>,
   * }} options `environment`: what to take in place of the browser's own sockets, clock and so on, for tests
   */
  constructor({ url, getToken, storage, storageKey, environment }) {
    super();
    if (typeof getToken !== "function") throw new TypeError("getToken must be a function");
    this.#environment = environmentOf(environment);
    if (!this.#environment.WebSocket) throw new TypeError("there is no WebSocket here");
    this.#base = baseAddress(url, this.#environment.base);
    this.#tokens = new Tokens(getToken, this.#environment.now);
    this.#wake = new Wake(this.#environment, {
      woken: () => this.#directory.all.forEach((connection) => connection.wake()),
      gone: () => this.#directory.all.forEach((connection) => connection.rest()),
    });
    this.#typing = new Typing(this.#environment);
    const post = this.#directory.post.bind(this.#directory);
    this.#reads = new Reads(this.#environment, (name, upTo) => post(name, { type: "read", up_to: upTo }) !== null);
    this.#outboxes = new Outboxes({
      environment: this.#environment,
      names: this.#names,
      keeping: new Keeping(storageKey === undefined ? undefined : storage, storageKey),
      post,
    });
    // Later, so that an inbox that is connected at once carries it all.
    queueMicrotask(() => this.#carryWhatWaits());
  }

  /**
   * Keeps a socket open for a conversation, by key or short form, or for all of them: `INBOX`. Each call needs its
   * `disconnect`. Where it is open already, its `hello` is told again, as it stands now.
   *
   * @param {string} conversation
   */
  connect(conversation) {
    if (typeof conversation !== "string" || conversation === "") {
      throw new TypeError("connect needs the name of a conversation");
    }
    this.#isAsleep = false;
    const connection = this.#directory.get(conversation) ?? this.#create(conversation);
    connection.wanted += 1;
    if (connection.state === "open") queueMicrotask(() => connection.greetAgain());
    else if (connection.state === "disconnected") connection.start();
    else if (connection.wanted === 1 && connection.state === "closed") connection.start();
    else if (connection.wanted === 1) connection.wake();
  }

  /**
   * Takes one `connect` back. Without a conversation it closes everything at once; messages that wait are kept.
   *
   * @param {string} [conversation]
   */
  disconnect(conversation) {
    if (conversation === undefined) {
      this.#isAsleep = true;
      for (const connection of this.#directory.all) {
        connection.wanted = 0;
        this.#stop(connection);
      }
      return;
    }
    const connection = this.#directory.findWanted(conversation);
    if (!connection) return;
    connection.wanted -= 1;
    if (connection.wanted === 0) this.#tidy();
  }

  /**
   * Sends a frame of the protocol: a message is queued, a cursor is kept, everything else is sent now or not at all.
   *
   * @param {string} conversation
   * @param {Frame} frame
   * @returns {string | undefined} a message's `client_message_id`
   * @throws {SendError}
   */
  send(conversation, frame) {
    const name = this.#addressee(conversation, frame);
    if (!this.#directory.isReachable(name)) throw new SendError("not_connected", `${name} is not connected`);
    switch (frame.type) {
      case "message": {
        const { content, recipient_id } = /** @type {{ content?: unknown, recipient_id?: number }} */ (frame);
        if (typeof content !== "string") throw new TypeError("a message needs a content");
        this.#typing.forget(name);
        return this.#outboxes.add(name, { content, recipient_id });
      }
      case "read":
        if (!Number.isSafeInteger(frame.up_to)) throw new TypeError("read needs the seq up to which all is read");
        return void this.#reads.note(this.#names.keyOf(name), Number(frame.up_to));
      case "typing":
        if (this.#typing.isDue(name) && this.#directory.post(name, frame)) this.#typing.told(name);
        return undefined;
      default:
        if (!fits(frame)) throw new SendError("frame_too_large", "the frame is larger than the server takes any");
        if (!this.#directory.post(name, frame)) throw new SendError("not_connected", `${name} is not open right now`);
        return undefined;
    }
  }

  /**
   * The messages that have no answer yet, oldest first.
   *
   * @param {string} conversation
   * @returns {Waiting[]}
   */
  pending(conversation) {
    return this.#outboxes.pending(conversation);
  }

  /**
   * How a connection does.
   *
   * @param {string} conversation
   * @returns {Status}
   */
  status(conversation) {
    const nothing = { connection: conversation, code: null, reason: null, retry_in_ms: null };
    return this.#directory.find(conversation)?.status ?? { ...nothing, state: "disconnected" };
  }

  /**
   * Tries at once, after it gave up or while it waits.
   *
   * @param {string} conversation
   */
  retry(conversation) {
    this.#directory.find(conversation)?.start();
  }

  /**
   * @template {keyof HandselEvents} Type
   * @overload
   * @param {Type} type
   * @param {(event: HandselEvent<HandselEvents[Type]>) => void} listener
   * @param {AddEventListenerOptions | boolean} [options]
   * @returns {void}
   */
  /**
   * @overload
   * @param {string} type
   * @param {EventListenerOrEventListenerObject | null} listener
   * @param {AddEventListenerOptions | boolean} [options]
   * @returns {void}
   */
  /**
   * @param {string} type
   * @param {any} listener
   * @param {AddEventListenerOptions | boolean} [options]
   * @override
   */
  addEventListener(type, listener, options) {
    super.addEventListener(type, listener, options);
  }

  /**
   * @template {keyof HandselEvents} Type
   * @overload
   * @param {Type} type
   * @param {(event: HandselEvent<HandselEvents[Type]>) => void} listener
   * @param {EventListenerOptions | boolean} [options]
   * @returns {void}
   */
  /**
   * @overload
   * @param {string} type
   * @param {EventListenerOrEventListenerObject | null} listener
   * @param {EventListenerOptions | boolean} [options]
   * @returns {void}
   */
  /**
   * @param {string} type
   * @param {any} listener
   * @param {EventListenerOptions | boolean} [options]
   * @override
   */
  removeEventListener(type, listener, options) {
    super.removeEventListener(type, listener, options);
  }

  /**
   * @template {keyof HandselEvents} Type
   * @param {Type} type
   * @param {HandselEvents[Type]} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new HandselEvent(type, detail));
  }

  /**
   * For which conversation a frame is that is sent by the name of one connection.
   *
   * @param {string} name
   * @param {Frame} frame
   */
  #addressee(name, { conversation, recipient_id }) {
    const hasSeveral = name === INBOX || this.#directory.get(name)?.greeting?.key === null;
    const isNamed = typeof conversation === "string" && (hasSeveral || listingOf(conversation) === name);
    if (isNamed) return conversation;
    if (name === INBOX) throw new SendError("conversation_required", "a frame for the inbox names its conversation");
    return hasSeveral && recipient_id !== undefined ? `${name}:${recipient_id}` : name;
  }

  /** @param {string} name */
  #create(name) {
    const connection = new Connection(name, {
      environment: this.#environment,
      base: this.#base,
      tokens: this.#tokens,
      host: {
        tell: (type, detail) => this.#tell(type, detail),
        greeted: (greeting) => {
          this.#greeted(greeting);
          for (const other of this.#directory.all) other.encourage();
        },
        came: (by, frame) => this.#came(by, frame),
        failed: (by, frame) => this.#failed(by, frame),
        settled: () => this.#settled(),
        lost: (lost) => {
          this.#outboxes.lost(lost);
          this.#outboxes.flush();
        },
        refused: (refused, code, reason) => this.#refused(refused, code, reason),
      },
    });
    this.#directory.add(connection);
    this.#wake.start();
    return connection;
  }

  /** @param {Connection} connection */
  #stop(connection) {
    this.#directory.remove(connection);
    if (this.#directory.all.length === 0) {
      this.#wake.stop();
      this.#reads.stop();
      this.#outboxes.pause();
    }
    connection.stop();
  }

  /**
   * A socket is open: what it said of its conversations is known before anybody is told.
   *
   * @param {Greeting} greeting
   */
  #greeted({ key, userId, hello }) {
    if (key !== null) this.#learn(key, userId);
    if (key !== null && hello.reset) this.#reads.forget(key);
    for (const { conversation, read_up_to } of hello.conversations) {
      this.#learn(conversation, userId);
      this.#reads.stands(conversation, read_up_to);
    }
  }

  /**
   * The user's own conversation as a respondent has its listing for a second name.
   *
   * @param {string} key
   * @param {number} userId
   */
  #learn(key, userId) {
    if (respondentOf(key) !== userId) return;
    this.#names.learn(key);
    this.#outboxes.merge(listingOf(key), key);
    this.#reads.merge(listingOf(key), key);
  }

  /**
   * An entry came. The user's own message waits no longer, even where it has been told before.
   *
   * @param {Connection} by
   * @param {Frame} frame
   */
  #came(by, frame) {
    const message = messageOf(frame);
    if (message?.client_message_id === undefined || message.sender?.id !== by.greeting?.userId) return;
    this.#outboxes.answered(message.client_message_id, message.conversation);
    this.#learn(message.conversation, message.sender.id);
  }

  /**
   * @param {Connection} by
   * @param {Frame} frame
   */
  #failed(by, { type: _, ...error }) {
    const detail = /** @type {HandselEvents["error"]} */ ({ ...error, connection: by.name });
    const { client_message_id: id, retry_after_ms } = detail;
    const outcome = id === undefined ? {} : this.#outboxes.refused(id, detail);
    if (id === undefined && retry_after_ms !== undefined) this.#reads.repeat(milliseconds(retry_after_ms, 0));
    if (outcome) this.#tell("error", { ...detail, ...outcome });
    this.#settled();
  }

  /** What was to be told is told: what comes next? */
  #settled() {
    this.#outboxes.flush();
    this.#reads.flush();
    this.#tidy();
  }

  /**
   * A connection has given up. What waits for a conversation that is not for this user waits in vain.
   *
   * @param {Connection} connection
   * @param {number} code
   * @param {string} reason
   */
  #refused({ name }, code, reason) {
    const isOpenElsewhere = this.#directory.chats(name).some((chat) => chat.state !== "closed");
    if (name !== INBOX && refusesConversation(code, reason) && !isOpenElsewhere) {
      const message = "The conversation cannot be opened.";
      const error = { connection: name, code: reason || "conversation_invalid", message, will_retry: false };
      for (const dropped of this.#outboxes.drop(name)) {
        this.#tell("error", { ...error, client_message_id: dropped.client_message_id, dropped });
      }
    }
    this.#settled();
  }

  /** Ends what nobody wants and nothing needs, and carries what that leaves behind. */
  #tidy() {
    for (const connection of this.#directory.all) {
      if (connection.wanted === 0 && !this.#isNeeded(connection)) this.#stop(connection);
    }
    this.#carryWhatWaits();
  }

  /** @param {Connection} connection */
  #isNeeded(connection) {
    const others = this.#directory.chats(connection.name).filter((chat) => chat !== connection);
    const isReplaced = others.some((chat) => chat.state !== "closed");
    return !isReplaced && this.#outboxes.pending(connection.name).length > 0;
  }

  /** Messages that nothing carries get connections of their own, some at a time. */
  #carryWhatWaits() {
    if (this.#isAsleep) return;
    for (const name of this.#outboxes.names) {
      if (!this.#directory.hasRoom) return;
      const ways = this.#directory.chats(name).length + this.#directory.carriers(name).length;
      if (ways === 0) this.#create(name).start();
    }
  }
}
