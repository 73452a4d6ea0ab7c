// One conversation while it is open: what its socket tells becomes known, and is shown. Knows nothing of how.

import { ApiError } from "../api.js";
import { keyOf } from "../model/conversations.js";
import { TYPING_MS, Thread, seqOf } from "../model/thread.js";
import { errorText, strings } from "../strings.js";
import { ThreadActs } from "./thread-acts.js";
import { draftOf, keepDraft } from "./thread-drafts.js";
import { ThreadPages } from "./thread-pages.js";
import { unsentOf } from "./thread-unsent.js";
import { ThreadView } from "./thread-view.js";

/**
 * @import { HandselApi } from "../api.js"
 * @import { EntryFrame, Hello, ListingSummary, ListingKind, Message, Person } from "../types.js"
 * @import { HandselSocket } from "../utils/websocket.js"
 * @import { ThreadParts } from "./thread-view.js"
 *
 * @typedef {{
 *   socket: HandselSocket, api: HandselApi, me: number, conversation: string, listing?: ListingSummary, peer?: Person,
 * }} ThreadOptions
 */

/** After these close codes the conversation cannot be opened, ever. */
const TERMINAL = [4000, 4003, 4004];
const SIGNED_OUT = 4001;
/** Where no keyboard covers half of the screen when the composer has the focus. */
const ROOMY = "(min-width: 720px) and (not (pointer: coarse))";

export class ThreadLife {
  #parts;
  #options;
  #signedOut;
  #thread;
  #view;
  #acts;
  #ending = new AbortController();
  /** @type {ThreadPages | undefined} */
  #pages;
  /** What drafts and messages that failed are kept by: one for both names of a conversation. */
  #name;
  /** The conversation's key, once it is known. @type {string | undefined} */
  #key;
  #connected = false;
  #refused = false;
  #nobody = "";
  /** @type {boolean | undefined} */
  #blocked;
  /** Whether nobody has written yet, and whoever does is the peer. */
  #isAwaited = false;
  #listingAsked = false;
  #typingTimer = 0;

  /**
   * @param {ThreadParts} parts
   * @param {ThreadOptions} options
   * @param {{ signedOut: () => void }} tell
   */
  constructor(parts, options, { signedOut }) {
    const { socket, conversation, me } = options;
    const thread = new Thread(me);
    this.#parts = parts;
    this.#options = { ...options };
    this.#name = keyOf(conversation, me);
    this.#signedOut = signedOut;
    this.#thread = thread;
    this.#view = new ThreadView(parts, thread, { situation: () => this.#situation, shown: () => this.#read() });
    this.#acts = new ThreadActs({ socket, conversation, thread, parts, done: () => this.#view.now() });
  }

  /**
   * Whether this is the life of that conversation.
   *
   * @param {ThreadOptions} options
   */
  isOf({ socket, api, me, conversation }) {
    const mine = this.#options;
    return socket === mine.socket && api === mine.api && me === mine.me && conversation === mine.conversation;
  }

  /**
   * Takes over what was not known before.
   *
   * @param {Pick<ThreadOptions, "listing" | "peer">} options
   */
  learn({ listing, peer }) {
    this.#options.listing = listing ?? this.#options.listing;
    this.#thread.peer ??= peer;
    this.#view.now();
  }

  /** Connects, and shows what there is. */
  start() {
    const { socket, conversation, peer } = this.#options;
    const { composer, header } = this.#parts;
    this.#thread.peer = peer;
    for (const message of socket.pending(conversation)) this.#thread.sends.add(message);
    this.#takeUp(this.#name);
    this.#listenToSocket();
    this.#listenToParts();
    socket.connect(conversation);
    this.#status(socket.status(conversation));
    if (matchMedia(ROOMY).matches && !composer.disabled) composer.focus();
    else header.focus();
  }

  /** Disconnects; nothing that is under way has an effect any more. */
  stop() {
    const { socket, conversation } = this.#options;
    this.#ending.abort();
    this.#pages?.stop();
    this.#view.stop();
    clearTimeout(this.#typingTimer);
    socket.disconnect(conversation);
  }

  /**
   * Takes up what the user has begun to say by that name of the conversation.
   *
   * @param {string} name
   */
  #takeUp(name) {
    const { socket, me } = this.#options;
    const { composer } = this.#parts;
    const { sends } = this.#thread;
    for (const { id, content, created_at, reason } of unsentOf(socket, me).in(name)) {
      sends.add({ client_message_id: id, content, created_at });
      sends.fail(id, reason);
    }
    for (const message of socket.pending(name)) sends.add(message);
    if (composer.text === "") composer.text = draftOf(this.#options, name);
  }

  /**
   * An owner's short form has turned out to be a conversation.
   *
   * @param {string} key
   */
  #isNamed(key) {
    if (key === this.#name) return;
    const { text } = this.#parts.composer;
    if (text !== "") {
      keepDraft(this.#options, this.#name, "");
      keepDraft(this.#options, key, text);
    }
    this.#name = key;
    this.#takeUp(key);
  }

  get #situation() {
    const loading = this.#pages?.loading ?? { state: /** @type {"idle"} */ ("idle"), text: "" };
    return {
      connected: this.#connected,
      refused: this.#refused,
      nobody: this.#nobody,
      busy: this.#acts.stepUnderWay,
      blocked: this.#blocked,
      listing: this.#options.listing,
      loading,
    };
  }

  #listenToSocket() {
    const { socket, conversation } = this.#options;
    /** @type {(type: string, heard: (detail: any) => void) => void} */
    const on = (type, heard) =>
      this.#listen(socket, type, (detail) => detail.connection === conversation && heard(detail));
    // An owner's short form carries what others write about the same listing as well.
    /** @type {(type: string, heard: (detail: any) => void) => void} */
    const onOwn = (type, heard) => on(type, (detail) => detail.conversation === this.#key && heard(detail));
    /** @type {(type: string, heard: (detail: any) => void) => void} */
    const onEntry = (type, heard) => on(type, (detail) => this.#isBegun(detail.conversation) && heard(detail));
    on("status", (detail) => this.#status(detail));
    on("hello", (detail) => this.#hello(detail));
    onEntry("message", ({ message, repeat }) => this.#entry({ type: "message", message, repeat }));
    onEntry("handshake", ({ handshake, repeat }) => this.#entry({ type: "handshake", handshake, repeat }));
    onOwn("redaction", ({ seq }) => this.#anew(seq));
    onOwn("read", ({ reader_id: reader, up_to: upTo }) => this.#know(() => this.#thread.read(reader, upTo)));
    onOwn("typing", ({ user_id: user }) => this.#types(user));
    onOwn("refused", ({ message }) => this.#view.objection(message));
    on("presence", ({ user_id: user, online }) => this.#know(() => this.#thread.presence(user, online)));
    on("error", ({ code, message, client_message_id: id }) => {
      // In another window, for instance.
      if (code === "peer_blocked") this.#know(() => (this.#blocked = true));
      if (id === undefined) this.#acts.refused(code, message);
    });
    // Where the conversation's own socket was given up, its messages go by another one.
    this.#listen(socket, "error", (detail) => this.#failed(detail));
    this.#listen(socket, "message", (detail) => detail.connection !== conversation && this.#elsewhere(detail));
  }

  #listenToParts() {
    const { connection, header, timeline, handshake, composer } = this.#parts;
    const { socket, conversation } = this.#options;
    this.#listen(header.element, "handsel-block", () => this.#block(!this.#blocked));
    this.#listen(connection, "handsel-retry", () => socket.retry(conversation));
    this.#listen(timeline, "handsel-older", () => this.#pages?.older());
    this.#listen(timeline, "handsel-older-again", () => this.#pages?.again());
    this.#listen(timeline, "handsel-end", () => this.#read());
    this.#listen(timeline, "handsel-resend", ({ id }) => this.#acts.sendAgain(id));
    this.#listen(timeline, "handsel-discard", ({ id }) => this.#acts.discard(id));
    this.#listen(handshake, "handsel-step", (detail) => this.#acts.step(detail));
    this.#listen(composer, "handsel-write", ({ content }) => {
      if (this.#acts.write(content)) keepDraft(this.#options, this.#name, "");
    });
    this.#listen(composer, "handsel-draft", ({ text }) => keepDraft(this.#options, this.#name, text));
    this.#listen(composer, "handsel-typing", () => this.#connected && this.#tell({ type: "typing" }));
    this.#listen(document, "visibilitychange", () => this.#view.now());
  }

  /**
   * @param {EventTarget} target
   * @param {string} type
   * @param {(detail: any) => void} heard
   */
  #listen(target, type, heard) {
    const listener = (/** @type {Event} */ event) => heard(/** @type {CustomEvent} */ (event).detail);
    target.addEventListener(type, listener, { signal: this.#ending.signal });
  }

  /** @param {{ state: "connecting" | "open" | "waiting" | "closed" | "disconnected", code?: number | null }} status */
  #status(status) {
    this.#parts.connection.status = status;
    this.#connected = status.state === "open" && this.#thread.begun;
    const closed = status.state === "closed";
    this.#refused = closed && TERMINAL.includes(status.code ?? 0);
    if (!this.#connected) this.#acts.stepUnderWay = false;
    this.#view.now();
    if (closed && status.code === SIGNED_OUT) this.#signedOut();
  }

  /** @param {{ conversation?: string | null, hello: Hello, resumed: boolean }} detail */
  #hello({ conversation, hello, resumed }) {
    const only = hello.conversations.length === 1 ? hello.conversations[0]?.conversation : undefined;
    this.#key = conversation ?? this.#key ?? only;
    const known = hello.conversations.find((one) => one.conversation === this.#key);
    if (!conversation && known) this.#acts.address = known.conversation;
    this.#connected = true;
    // An owner's listing without a respondent, or with several: there is nobody to talk with, or no telling with whom.
    const nobody = hello.conversations.length > 1 ? strings.chooseConversation : errorText("no_respondent", "");
    this.#nobody = known ? "" : nobody;
    this.#isAwaited = !known && hello.conversations.length === 0;
    if (resumed && this.#thread.begun) this.#thread.resume(known ?? {});
    else this.#thread.begin(known ?? {});
    this.#parts.composer.limit = hello.limits.message_characters;
    if (known) {
      this.#isNamed(known.conversation);
      this.#readPages(known);
      void this.#block();
    }
    void this.#findListing();
    this.#view.now();
  }

  /**
   * Whether an entry's conversation is this one. Where the owner has waited for somebody to write, it is now.
   *
   * @param {string} conversation
   */
  #isBegun(conversation) {
    if (this.#isAwaited && (this.#key ??= conversation) === conversation) {
      this.#isAwaited = false;
      this.#nobody = "";
      this.#thread.online = true;
      this.#acts.address = conversation;
      this.#isNamed(conversation);
      this.#readPages({ conversation });
    }
    return conversation === this.#key;
  }

  /** @param {{ conversation: string }} known */
  #readPages({ conversation: key }) {
    const { api } = this.#options;
    this.#pages ??= new ThreadPages({
      api,
      thread: this.#thread,
      key,
      changed: () => this.#view.now(),
      signedOut: this.#signedOut,
    });
    if (this.#pages.loading.state === "failed") void this.#pages.again();
    else if (this.#thread.first > this.#thread.last) void this.#pages.older();
  }

  async #findListing() {
    const { api, conversation, listing } = this.#options;
    const [, kind, id] = /^(offer|need)_(\d+)/.exec(conversation) ?? [];
    if (listing || this.#listingAsked || !kind) return;
    this.#listingAsked = true;
    try {
      const found = await api.listing(/** @type {ListingKind} */ (kind), Number(id));
      this.#options.listing ??= found;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The conversation goes on without its title; the next hello asks for it again.
      this.#listingAsked = false;
    }
    this.#view.now();
  }

  /**
   * Blocks the peer or takes that back; without a wish, asks how it stands.
   *
   * @param {boolean} [wish]
   */
  async #block(wish) {
    const { api } = this.#options;
    const { peer } = this.#thread;
    if (!peer) return;
    try {
      if (wish !== undefined) await api.block(peer.id, wish);
      this.#blocked = wish ?? (await api.blocks()).results.some(({ user }) => user.id === peer.id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (wish !== undefined) this.#parts.composer.refuse(errorText(error.code, error.message));
    }
    this.#view.now();
  }

  /** A step names nobody. */
  async #findPeer() {
    try {
      const { results } = await this.#options.api.conversations();
      const row = results.find(({ conversation }) => conversation === this.#key);
      if (row) this.learn(row);
    } catch (error) {
      // The peer's first message says it as well.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** @param {EntryFrame} entry */
  #entry(entry) {
    const sender = entry.type === "message" ? entry.message.sender : undefined;
    if (sender && sender.id !== this.#options.me) this.#thread.peer ??= sender;
    else if (!this.#thread.peer) void this.#findPeer();
    if (this.#thread.add(entry) === "gap") this.#anew(seqOf(entry));
    if (entry.type === "handshake") {
      // At once, so that the bar hears of it in the order in which the server spoke. Also of what it knows already, as
      // the answer to a step of its own; what the peer did meanwhile is none.
      const answer = entry.repeat === true || entry.handshake.actor_id === this.#options.me;
      if (answer) this.#acts.stepUnderWay = false;
      this.#view.bar({ answer });
    }
    this.#view.soon();
  }

  /** @param {number} head where the timeline stands, which is read again from there */
  #anew(head) {
    const { online, readUpTo, peerReadUpTo } = this.#thread;
    this.#thread.begin({ head, online, read_up_to: readUpTo, peer_read_up_to: peerReadUpTo });
    void this.#pages?.older();
    this.#view.soon();
  }

  /** @param {() => void} learn */
  #know(learn) {
    learn();
    this.#view.soon();
  }

  /** @param {number} user */
  #types(user) {
    this.#thread.types(user, performance.now());
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => this.#view.now(), TYPING_MS);
    this.#view.soon();
  }

  /** @param {{ code: string, message: string, client_message_id?: string, will_retry?: boolean }} error */
  #failed({ code, message, client_message_id: id, will_retry: again }) {
    if (id !== undefined && !again && this.#thread.sends.fail(id, errorText(code, message))) this.#view.soon();
  }

  /** @param {{ message: Message }} detail an entry that another connection brought */
  #elsewhere({ message }) {
    const isOwn = this.#thread.sends.all.some(({ id }) => id === message.client_message_id);
    if (isOwn && !this.#connected && this.#thread.begun) this.#entry({ type: "message", message });
  }

  // Where the reader has the end before them, all of it is seen; where they look at the page, it is read.
  #read() {
    const { timeline } = this.#parts;
    if (!timeline.atEnd) return;
    this.#thread.seen();
    timeline.showBelow(0);
    const upTo = this.#thread.unreadUpTo;
    if (upTo === 0 || !this.#connected || document.visibilityState !== "visible") return;
    this.#thread.read(this.#options.me, upTo);
    this.#tell({ type: "read", up_to: upTo });
  }

  /** @param {{ type: "typing" } | { type: "read", up_to: number }} frame */
  #tell(frame) {
    this.#options.socket.send(this.#acts.address, frame);
  }
}
