// The list of a user's conversations, kept true by what the inbox says. Knows nothing of sockets, HTTP or elements.

/** @import { ConversationRow, EntryFrame } from "../types.js" */

/**
 * The key where a name is a respondent's short form, so that both names of a conversation are one.
 *
 * @param {string} name
 * @param {number} me
 */
export function keyOf(name, me) {
  return name.includes(":") ? name : `${name}:${me}`;
}

/** The server counts unread messages up to here, and so does the list. */
const UNREAD_COUNT_MAX = 100;

/**
 * What is known of one conversation. `counted` are the unread messages up to the head that was read over HTTP, of which
 * nobody knows where they lie; `live` are the places of those that came since. `row` is replaced at each change.
 *
 * @typedef {{
 *   row: ConversationRow, readHead: number, counted: number, live: number[], lastWriter: number | null,
 *   touched: number,
 * }} Known
 */

/**
 * Rows by key, the newest entry first. Rows come over HTTP (`replace`, `add`), changes from the inbox (`entry`,
 * `read`). Where a change leaves something unknown, `uncertain` is true until the rows are read again.
 */
export class Conversations {
  /** @type {Map<string, Known>} */
  #known = new Map();
  #me;
  #clock = 0;
  #uncertain = false;

  /** @param {number} me */
  constructor(me) {
    this.#me = me;
  }

  /** Whether something happened that only the server can tell: the rows should be read again. */
  get uncertain() {
    return this.#uncertain;
  }

  get size() {
    return this.#known.size;
  }

  /** How many conversations hold unread messages. */
  get unread() {
    return [...this.#known.values()].filter(({ row }) => row.unread_count > 0).length;
  }

  /** The rows, the one with the newest entry first. */
  get rows() {
    const rows = [...this.#known.values()].map(({ row }) => row);
    return rows.sort((a, b) => newestFirst(entryOf(a.last_entry).created_at, entryOf(b.last_entry).created_at));
  }

  /**
   * The row of a conversation, by its key, or by the short form where the user is the respondent.
   *
   * @param {string} name
   */
  row(name) {
    return this.#known.get(keyOf(name, this.#me))?.row;
  }

  /**
   * To be called before rows are read: from here on, what the inbox says is newer than what is read.
   */
  mark() {
    this.#uncertain = false;
    return this.#clock;
  }

  /**
   * Takes the first rows of the list, as many as were known or more: who is missing has moved behind them.
   *
   * @param {ConversationRow[]} rows
   * @param {number} mark  From before they were read.
   */
  replace(rows, mark) {
    const read = new Set(rows.map(({ conversation }) => conversation));
    for (const [key, known] of this.#known) {
      if (read.has(key)) continue;
      // A new entry moves a row to the front, past the pages that were still to be read.
      if (known.touched > mark) this.#uncertain = true;
      else this.#known.delete(key);
    }
    this.add(rows, mark);
  }

  /**
   * Takes further rows.
   *
   * @param {ConversationRow[]} rows
   * @param {number} mark  From before they were read.
   */
  add(rows, mark) {
    for (const row of rows) {
      const known = this.#known.get(row.conversation);
      const read = this.#take(row);
      if (known !== undefined && known.touched > mark) this.#follow(read, known);
    }
  }

  /**
   * A new entry of a conversation.
   *
   * @param {EntryFrame} frame
   * @returns {boolean} whether it changed anything
   */
  entry(frame) {
    const { conversation, seq } = entryOf(frame);
    const known = this.#known.get(conversation);
    if (known === undefined) {
      this.#uncertain = true;
      return false;
    }
    if (seq <= known.row.head) return false;
    if (seq > known.row.head + 1) this.#uncertain = true;

    const changes = { last_entry: frame, head: seq };
    if (frame.type === "message") {
      known.lastWriter = frame.message.sender.id;
      if (known.lastWriter !== this.#me && seq > known.row.read_up_to) known.live.push(seq);
      this.#change(known, changes);
    } else {
      this.#change(known, { ...changes, handshake: frame.handshake });
    }
    return true;
  }

  /**
   * Somebody has read a conversation so far; it matters where this user did, on whatever device.
   *
   * @param {string} conversation
   * @param {number} reader
   * @param {number} upTo
   * @returns {boolean} whether it changed anything
   */
  read(conversation, reader, upTo) {
    if (reader !== this.#me) return false;
    const known = this.#known.get(conversation);
    if (known === undefined) {
      this.#uncertain = true;
      return false;
    }
    if (upTo <= known.row.read_up_to) return false;

    if (upTo >= known.readHead) {
      known.counted = 0;
    } else if (known.counted > 0) {
      this.#uncertain = true;
    }
    known.live = known.live.filter((seq) => seq > upTo);
    this.#change(known, { read_up_to: upTo });
    return true;
  }

  /** @param {ConversationRow} row */
  #take(row) {
    const { conversation, head: readHead, unread_count: counted } = row;
    const known = { row, readHead, counted, live: [], lastWriter: this.#lastWriter(row), touched: this.#clock };
    this.#known.set(conversation, known);
    return known;
  }

  /**
   * Brings what was read to where the inbox had already been.
   *
   * @param {Known} read
   * @param {Known} heard
   */
  #follow(read, heard) {
    const { conversation, head, read_up_to: readUpTo } = read.row;
    if (heard.row.head > head) {
      read.lastWriter = heard.lastWriter ?? read.lastWriter;
      read.live = heard.live.filter((seq) => seq > Math.max(head, readUpTo));
      const { last_entry, handshake } = heard.row;
      this.#change(read, { last_entry, handshake, head: heard.row.head });
    }
    this.read(conversation, this.#me, heard.row.read_up_to);
  }

  /**
   * Who wrote the last message, which the row does not say where its last entry is a step; null where it stays unknown.
   *
   * @param {ConversationRow} row
   */
  #lastWriter({ last_entry: entry, unread_count: unread, your_turn: turn, handshake, peer }) {
    if (entry.type === "message") return entry.message.sender.id;
    if (unread === 0 || this.#waits(handshake)) return null;
    return turn ? peer.id : this.#me;
  }

  /**
   * @param {Known} known
   * @param {Partial<ConversationRow>} changes
   */
  #change(known, changes) {
    known.touched = this.#clock += 1;
    const row = { ...known.row, ...changes };
    row.unread_count = Math.min(known.counted + known.live.length, UNREAD_COUNT_MAX);
    const waits = this.#waits(row.handshake);
    if (!waits && row.unread_count > 0 && known.lastWriter === null) this.#uncertain = true;
    row.your_turn = waits || (row.unread_count > 0 && known.lastWriter !== this.#me);
    known.row = row;
  }

  /** @param {ConversationRow["handshake"]} handshake */
  #waits(handshake) {
    return handshake?.status === "pending" && handshake.initiator_id !== this.#me;
  }
}

/** @param {EntryFrame} frame */
function entryOf(frame) {
  return /** @type {any} */ (frame)[frame.type];
}

/**
 * Times are compared as they are written: in UTC, all of one length.
 *
 * @param {string} a
 * @param {string} b
 */
function newestFirst(a, b) {
  return a === b ? 0 : a < b ? 1 : -1;
}
