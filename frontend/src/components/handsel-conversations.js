// The list of the user's conversations, kept true by the inbox. Knows nothing of what is shown beside it.

import { Conversations } from "../model/conversations.js";
import { INBOX } from "../utils/websocket.js";
import { ConversationList } from "./conversation-list.js";
import { ConversationReader } from "./conversation-reader.js";

/**
 * @import { HandselApi } from "../api.js"
 * @import { HandselSocket } from "../utils/websocket.js"
 */

const UNAUTHORIZED = 401;
const TOKEN_REFUSED = 4001;
/** What comes into an open conversation is read by then, or its reader is away. */
const READ_WITHIN_MS = 700;

/**
 * `<handsel-conversations>`: `start({ socket, api, me })`, `stop()`, `selected`. Dispatches `handsel-select` with
 * `{ conversation }`, `handsel-unread` with `{ conversations }` and `handsel-signed-out`.
 */
export class HandselConversations extends HTMLElement {
  /** @type {Conversations | null} */
  #conversations = null;
  /** @type {ConversationList | null} */
  #list = null;
  /** @type {() => void} */
  #end = () => {};
  /** @type {string | null} */
  #selected = null;
  /** @type {number | null} */
  #unread = null;
  #me = 0;
  /** What is unread in the chosen conversation, and whether it stays so. @type {{ stays: boolean } | null} */
  #reading = null;

  /** @param {{ socket: HandselSocket, api: HandselApi, me: number }} of */
  start({ socket, api, me }) {
    this.stop();
    const conversations = new Conversations(me);
    const reader = new ConversationReader(api, conversations, () => this.#changed(reader));
    const list = new ConversationList({
      choose: (conversation) => this.#say("handsel-select", { conversation }),
      refresh: () => reader.refresh(),
      readMore: () => reader.readMore(),
      retry: () => socket.retry(INBOX),
    });
    this.#conversations = conversations;
    this.#list = list;
    this.#me = me;

    const life = new AbortController();
    this.#listen(socket, reader, life.signal);
    this.#end = () => {
      life.abort();
      reader.stop();
      socket.disconnect(INBOX);
    };
    this.replaceChildren(...list.elements);
    this.#changed(reader);
    socket.connect(INBOX);
    list.connection = socket.status(INBOX);
    reader.refresh();
  }

  /** Lets go of the inbox and empties the list. */
  stop() {
    this.#end();
    this.#end = () => {};
    this.#conversations = null;
    this.#list = null;
    this.#unread = null;
    this.replaceChildren();
  }

  disconnectedCallback() {
    this.stop();
  }

  /** The conversation that is chosen, by its key or short form, or null. @param {string | null} conversation */
  set selected(conversation) {
    this.#selected = conversation;
    this.#reading = null;
    this.#render();
  }

  get selected() {
    return this.#selected;
  }

  /**
   * What is known of a conversation, by its key, or by the short form where the user is the respondent.
   *
   * @param {string} conversation
   */
  row(conversation) {
    return this.#conversations?.row(conversation);
  }

  /**
   * Gives the focus to the line of a conversation, or to the first one where it has no line.
   *
   * @param {string | null} conversation
   */
  focusLine(conversation) {
    this.#list?.focus(conversation === null ? undefined : this.row(conversation)?.conversation);
  }

  /**
   * @param {HandselSocket} socket
   * @param {ConversationReader} reader
   * @param {AbortSignal} signal
   */
  #listen(socket, reader, signal) {
    /** @type {(type: string, heed: (detail: any) => void) => void} */
    const on = (type, heed) => {
      const heard = (/** @type {Event} */ event) => {
        const { detail } = /** @type {CustomEvent} */ (event);
        if (detail.connection === INBOX) heed(detail);
      };
      socket.addEventListener(type, heard, { signal });
    };
    const heed = (/** @type {boolean | undefined} */ changed) => {
      if (changed) this.#render();
      if (this.#conversations?.uncertain && !reader.reading) reader.refresh();
    };
    on("hello", () => reader.refresh());
    on("message", ({ message }) => heed(this.#conversations?.entry({ type: "message", message })));
    on("handshake", ({ handshake }) => heed(this.#conversations?.entry({ type: "handshake", handshake })));
    on("redaction", () => reader.refresh());
    on("read", ({ conversation, reader_id: who, up_to: upTo }) => {
      heed(this.#conversations?.read(conversation, who, upTo));
    });
    on("status", (status) => {
      if (this.#list !== null) this.#list.connection = status;
      if (status.state === "closed" && status.code === TOKEN_REFUSED) this.#say("handsel-signed-out");
    });
    // What is from today is said by its time: it may be from yesterday when the page is looked at again.
    document.addEventListener("visibilitychange", () => this.#render(), { signal });
  }

  /** @param {ConversationReader} reader */
  #changed(reader) {
    this.#list?.state(reader);
    this.#render();
    if (/** @type {{ status?: number } | null} */ (reader.error)?.status === UNAUTHORIZED) {
      this.#say("handsel-signed-out");
    } else if (reader.read) {
      this.#count();
    }
  }

  #render() {
    if (this.#conversations === null || this.#list === null) return;
    const chosen = this.#chosen?.conversation;
    this.#list.render(this.#rows, { me: this.#me, chosen, alone: this.#selected === null });
    if (this.#unread !== null) this.#count();
  }

  get #chosen() {
    return this.#selected === null ? undefined : this.row(this.#selected);
  }

  /** What comes into the chosen conversation is not shown as unread before it stays so. */
  get #rows() {
    const { rows = [] } = this.#conversations ?? {};
    const chosen = this.#chosen;
    if (!chosen?.unread_count) {
      this.#reading = null;
    } else if (this.#reading === null) {
      const reading = { stays: false };
      this.#reading = reading;
      setTimeout(() => {
        reading.stays = true;
        this.#render();
      }, READ_WITHIN_MS);
    }
    if (this.#reading?.stays !== false) return rows;
    // It is the user's turn to read, or to answer a hand that was offered.
    const turn = chosen?.your_turn && chosen.handshake?.status === "pending";
    return rows.map((row) => (row === chosen ? { ...row, unread_count: 0, your_turn: turn === true } : row));
  }

  #count() {
    const unread = this.#rows.filter((row) => row.unread_count > 0).length;
    if (unread === this.#unread) return;
    this.#unread = unread;
    this.#say("handsel-unread", { conversations: unread });
  }

  /**
   * @param {string} type
   * @param {object} [detail]
   */
  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }
}

if (customElements.get("handsel-conversations") === undefined) {
  customElements.define("handsel-conversations", HandselConversations);
}
