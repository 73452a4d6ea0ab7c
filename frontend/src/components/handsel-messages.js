// Messages: the list of conversations and the one that is chosen. Knows nothing of the site around it.

import { h } from "../dom.js";
import { keyOf } from "../model/conversations.js";
import { errorText, strings } from "../strings.js";
import { HandselConversations } from "./handsel-conversations.js";
import { HandselThread } from "./handsel-thread.js";
import { unsentOf } from "./thread-unsent.js";

/**
 * @import { ApiError, HandselApi } from "../api.js"
 * @import { HandselSocket } from "../utils/websocket.js"
 */

const UNAUTHORIZED = 401;
const RETRY_MS = 5_000;

/**
 * One user's Messages, from start to stop. `me` is null until it is known whose they are.
 *
 * @typedef {{
 *   socket: HandselSocket, api: HandselApi, me: number | null, life: AbortController, signedOut: boolean,
 * }} Run
 */

/**
 * `<handsel-messages>`: `start({ socket, api })`, `stop()`, the attribute `conversation`. Dispatches `handsel-select`
 * with `{ conversation }` where the user chose, `handsel-signed-out`, and `handsel-unread` with `{ conversations }`.
 */
export class HandselMessages extends HTMLElement {
  static observedAttributes = ["conversation"];

  /** @type {Run | null} */
  #run = null;
  /** What the thread shows. @type {string | null} */
  #shown = null;
  #list = new HandselConversations();
  #thread = new HandselThread();
  #choose = h("p", { class: "choose muted" });
  #trouble = h("p", { role: "alert" });
  #again = h("button", { type: "button", onclick: () => this.#run && this.#begin(this.#run) });
  #failure = h("div", { class: "choose" }, this.#trouble, this.#again);
  #retryTimer = 0;

  constructor() {
    super();
    this.addEventListener("handsel-select", (event) => {
      if (event.target === this) return;
      this.setAttribute("conversation", /** @type {CustomEvent} */ (event).detail.conversation);
    });
    this.addEventListener("handsel-back", () => this.#leave());
    this.addEventListener("handsel-signed-out", (event) => {
      // The list and the conversation both notice; one word of it is enough.
      if (this.#run === null || this.#run.signedOut) event.stopImmediatePropagation();
      else this.#run.signedOut = true;
    });
  }

  /**
   * Begins; again with others where another user logs in.
   *
   * @param {{ socket: HandselSocket, api: HandselApi }} of
   */
  start({ socket, api }) {
    this.stop();
    const run = { socket, api, me: null, life: new AbortController(), signedOut: false };
    this.#run = run;
    unsentOf(socket);
    this.replaceChildren(h("p", { class: "choose muted late", role: "status" }, strings.loading));
    this.#begin(run);
  }

  /** Ends, and lets go of its sockets. */
  stop() {
    this.#run?.life.abort();
    this.#run = null;
    clearTimeout(this.#retryTimer);
    this.#shown = null;
    this.#thread.close();
    this.#list.stop();
    this.replaceChildren();
  }

  disconnectedCallback() {
    this.stop();
  }

  attributeChangedCallback() {
    this.#show();
  }

  /** @param {Run} run */
  async #begin(run) {
    const { socket, api, life } = run;
    clearTimeout(this.#retryTimer);
    let me;
    try {
      me = (await api.me({ signal: life.signal })).id;
    } catch (error) {
      if (this.#waits(run)) this.#failed(run, /** @type {Partial<ApiError>} */ (error));
      return;
    }
    if (!this.#waits(run)) return;

    run.me = me;
    const inside = this.#failure.contains(document.activeElement);
    this.#choose.textContent = strings.chooseConversation;
    this.#thread.hidden = true;
    this.replaceChildren(this.#list, this.#choose, this.#thread);
    this.#list.start({ socket, api, me });
    this.#show();
    if (inside && this.#shown === null) {
      this.#list.tabIndex = -1;
      this.#list.focus();
    }
  }

  /**
   * Whether it is not known yet whose conversations these are: it may have been asked twice.
   *
   * @param {Run} run
   */
  #waits(run) {
    return run === this.#run && run.me === null;
  }

  /**
   * It is not known yet whose conversations these are: asks again, by itself too.
   *
   * @param {Run} run
   * @param {Partial<ApiError>} error
   */
  #failed(run, { status, code = "", message = "" }) {
    if (status === UNAUTHORIZED) {
      this.dispatchEvent(new CustomEvent("handsel-signed-out", { bubbles: true }));
      return;
    }
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#begin(run), RETRY_MS);
    // What stays is not read out again, and keeps the focus.
    if (!this.#failure.isConnected) {
      this.#again.textContent = strings.tryAgain;
      this.replaceChildren(this.#failure);
    }
    const text = errorText(code, message);
    if (this.#trouble.textContent !== text) this.#trouble.textContent = text;
  }

  /** Brings the list and the thread to what the attribute says. */
  #show() {
    const me = this.#run?.me ?? null;
    const name = this.getAttribute("conversation") || null;
    if (this.#run === null || me === null || name === this.#shown) return;
    const before = this.#shown;
    this.#shown = name;
    this.#list.selected = name;
    this.#choose.hidden = name !== null;

    if (name === null) {
      const inside = this.#thread.contains(document.activeElement);
      this.#thread.close();
      this.#thread.hidden = true;
      if (inside) this.#list.focusLine(before);
    } else if (before === null || keyOf(before, me) !== keyOf(name, me)) {
      const { socket, api } = this.#run;
      const row = this.#list.row(name);
      this.#thread.hidden = false;
      this.#thread.open({ socket, api, me, conversation: name, listing: row?.listing, peer: row?.peer });
    }
  }

  #leave() {
    const left = this.#shown;
    this.removeAttribute("conversation");
    this.#list.focusLine(left);
    this.dispatchEvent(new CustomEvent("handsel-select", { bubbles: true, detail: { conversation: null } }));
  }
}

if (customElements.get("handsel-messages") === undefined) customElements.define("handsel-messages", HandselMessages);
