// One conversation as far as it is known: its entries, own sends, cursors, handshake, and who is there.
// Knows nothing of sockets, HTTP or the DOM.

/**
 * @import { EntryFrame, Handshake, HelloConversation, Message, Person, TimelinePage } from "../types.js"
 */

import { Sends } from "./sends.js";

/** How long somebody counts as typing after they were last heard of. */
export const TYPING_MS = 5_000;

/**
 * The place of an entry in its timeline.
 *
 * @param {EntryFrame} entry
 */
export function seqOf(entry) {
  return entry.type === "message" ? entry.message.seq : entry.handshake.seq;
}

/** @param {EntryFrame} entry that a newer server may have, of a kind that is not known here */
function isKnown({ type }) {
  return type === "message" || type === "handshake";
}

/**
 * Who made an entry.
 *
 * @param {EntryFrame} entry
 */
export function authorOf(entry) {
  return entry.type === "message" ? entry.message.sender.id : entry.handshake.actor_id;
}

/**
 * When an entry was made, as the server wrote it.
 *
 * @param {EntryFrame} entry
 */
export function timeOf(entry) {
  return entry.type === "message" ? entry.message.created_at : entry.handshake.created_at;
}

/** What is known of one conversation. What is loaded of its timeline has no hole: it reaches from `first` to `last`. */
export class Thread {
  /** The user who reads. */
  me;
  /** @type {Person | undefined} */
  peer;
  /** Whether a `hello` has said where the timeline stands. */
  begun = false;
  /** Grows each time that everything was forgotten: what was shown of it is void. */
  epoch = 0;
  /** How far the reader has read. */
  readUpTo = 0;
  /** How far the peer has read. */
  peerReadUpTo = 0;
  /** Whether the peer has a socket open. */
  online = false;
  /** Own messages that are no entries yet. */
  sends = new Sends();
  /** The latest handshake, as far as `knowsHandshake`. @type {Handshake | null} */
  handshake = null;
  /** Whether it was said how the handshake stands. */
  knowsHandshake = false;

  /** Where the kind of one is not known, there is nothing in its place. @type {(EntryFrame | undefined)[]} */
  #entries = [];
  #first = 1;
  #exhausted = false;
  #typingUntil = 0;
  #seen = 0;
  /** What lay between the reader's cursor and the head when the conversation was opened. */
  #new = { after: 0, upTo: 0 };
  #lastOfPeer = 0;

  /** @param {number} me */
  constructor(me) {
    this.me = me;
  }

  /** The oldest `seq` that is loaded; `last + 1` where none is. */
  get first() {
    return this.#first;
  }

  /** The newest `seq` that is known. */
  get last() {
    return this.#first + this.#entries.length - 1;
  }

  /** Whether there are entries before those that are loaded. */
  get hasOlder() {
    return this.begun && this.#first > 1 && !this.#exhausted;
  }

  /** Whether nothing was ever said here. */
  get isEmpty() {
    return this.begun && this.last === 0;
  }

  /** How many of the peer's entries came since the reader was last at the end. */
  get below() {
    let count = 0;
    for (let seq = this.last; seq > this.#seen && seq >= this.#first; seq -= 1) {
      if (this.#isOfPeer(this.entry(seq))) count += 1;
    }
    return count;
  }

  /** The cursor to tell where the reader has the end before them; 0 where nothing is new to them. */
  get unreadUpTo() {
    // What lies before the loaded entries may be the peer's, and a reader at the end is past it.
    const unread = Math.max(this.#lastOfPeer, this.#first - 1) > this.readUpTo;
    return unread && this.#entries.length > 0 ? this.last : 0;
  }

  /** The newest own message that the peer has read, and the newest that they have not; 0 where there is none. */
  get delivered() {
    let sent = 0;
    for (let seq = this.last; seq >= this.#first; seq -= 1) {
      const entry = this.entry(seq);
      if (entry?.type !== "message" || entry.message.sender.id !== this.me) continue;
      if (seq <= this.peerReadUpTo) return { read: seq, sent };
      sent ||= seq;
    }
    return { read: 0, sent };
  }

  /**
   * The entry at a `seq`, where it is loaded and of a kind that is known.
   *
   * @param {number} seq
   */
  entry(seq) {
    return this.#entries[seq - this.#first];
  }

  /**
   * Whether an entry is the peer's first that was new when the conversation was opened. Where all of it was, none is.
   *
   * @param {number} seq
   */
  isFirstNew(seq) {
    const { after, upTo } = this.#new;
    if (after === 0 || seq <= after || seq > upTo || !this.#isOfPeer(this.entry(seq))) return false;
    let before = seq - 1;
    while (before > after && before >= this.#first && !this.#isOfPeer(this.entry(before))) before -= 1;
    return before === after;
  }

  /**
   * Forgets the timeline and begins anew at the head that a `hello` names. Own sends stay.
   *
   * @param {Partial<HelloConversation>} hello
   */
  begin(hello) {
    this.epoch += 1;
    this.begun = true;
    this.#entries = [];
    this.#first = (hello.head ?? 0) + 1;
    this.#exhausted = false;
    this.#seen = hello.head ?? 0;
    this.#lastOfPeer = 0;
    this.#typingUntil = 0;
    this.handshake = null;
    this.knowsHandshake = this.last === 0;
    this.readUpTo = 0;
    this.peerReadUpTo = 0;
    this.#new = { after: hello.read_up_to ?? 0, upTo: this.last };
    this.resume(hello);
  }

  /**
   * Takes over what a `hello` says of a conversation whose entries go on where they stopped.
   *
   * @param {Partial<HelloConversation>} hello
   */
  resume(hello) {
    this.readUpTo = Math.max(this.readUpTo, hello.read_up_to ?? 0);
    this.peerReadUpTo = Math.max(this.peerReadUpTo, hello.peer_read_up_to ?? 0);
    this.online = hello.online ?? false;
    this.peer = hello.peer ?? this.peer;
  }

  /**
   * Takes an entry as it comes: `added` at the end, `known` before, or `gap` where entries before it are missing.
   *
   * @param {EntryFrame} entry
   * @returns {"added" | "known" | "gap"}
   */
  add(entry) {
    const seq = seqOf(entry);
    if (entry.type === "handshake") this.#shakes(entry.handshake);
    if (entry.repeat || seq <= this.last) {
      if (entry.type === "message") this.#stands(entry.message);
      return "known";
    }
    if (seq > this.last + 1) return "gap";
    this.#entries.push(entry);
    this.#arrived(entry);
    if (this.#isOfPeer(entry)) this.#typingUntil = 0;
    return "added";
  }

  /**
   * Takes a page of what lies before the loaded entries.
   *
   * @param {TimelinePage} page
   */
  addOlder(page) {
    const before = this.#first;
    /** @type {(EntryFrame | undefined)[]} */
    const older = [];
    for (const entry of [...page.entries].reverse()) {
      const known = isKnown(entry);
      if (known && seqOf(entry) !== this.#first - 1) continue;
      older.push(known ? entry : undefined);
      this.#first -= 1;
      if (known) this.#arrived(entry);
    }
    this.#entries = [...older.reverse(), ...this.#entries];
    // A page without what was asked for would be asked for without end.
    this.#exhausted = this.#first === before;
    if (page.handshake) this.#shakes(page.handshake);
    this.knowsHandshake = true;
    this.sends.settleBefore(this.#first);
  }

  /**
   * Somebody has read up to there.
   *
   * @param {number} reader
   * @param {number} upTo
   */
  read(reader, upTo) {
    if (reader === this.me) this.readUpTo = Math.max(this.readUpTo, upTo);
    else this.peerReadUpTo = Math.max(this.peerReadUpTo, upTo);
  }

  /** The reader has the end before them. */
  seen() {
    this.#seen = this.last;
  }

  /**
   * Somebody types.
   *
   * @param {number} user
   * @param {number} now
   */
  types(user, now) {
    if (user !== this.me) this.#typingUntil = now + TYPING_MS;
  }

  /**
   * Whether the peer counts as typing.
   *
   * @param {number} now
   */
  isTyping(now) {
    return now < this.#typingUntil;
  }

  /**
   * Somebody came or went.
   *
   * @param {number} user
   * @param {boolean} online
   */
  presence(user, online) {
    if (user !== this.peer?.id) return;
    this.online = online;
    if (!online) this.#typingUntil = 0;
  }

  /** @param {EntryFrame | undefined} entry */
  #isOfPeer(entry) {
    return entry !== undefined && authorOf(entry) !== this.me;
  }

  /** @param {EntryFrame} entry */
  #arrived(entry) {
    if (this.#isOfPeer(entry)) this.#lastOfPeer = Math.max(this.#lastOfPeer, seqOf(entry));
    else if (entry.type === "message") this.sends.settle(entry.message.client_message_id ?? "");
  }

  /** @param {Message} message that the server says is stored: a repetition */
  #stands({ client_message_id: id, sender, seq }) {
    if (id === undefined || sender.id !== this.me) return;
    if (this.entry(seq)) this.sends.settle(id);
    else this.sends.stored(id, seq);
    if (this.#entries.length > 0) this.sends.settleBefore(this.#first);
  }

  /** @param {Handshake} handshake */
  #shakes(handshake) {
    this.knowsHandshake = true;
    if (!this.handshake || handshake.version > this.handshake.version) this.handshake = handshake;
  }
}
