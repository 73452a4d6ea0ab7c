// Messages: the list of conversations and the one that is chosen. Knows nothing of the site around it.

import { h } from "../dom.js";
import { errorText, strings } from "../strings.js";
import { HandselConversations } from "./handsel-conversations.js";
import { HandselThread } from "./handsel-thread.js";

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
    this.replaceChildren(h("p", { class: "choose muted late", role: "status" }, strings.loading));
    this.#begin(run);
  }

  /** Ends, and lets go of its sockets. */
  stop() {
    this.#run?.life.abort();
    this.#run = null;
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
    try {
      run.me = (await api.me({ signal: life.signal })).id;
    } catch (error) {
      if (run === this.#run) this.#failed(run, /** @type {Partial<ApiError>} */ (error));
      return;
    }
    if (run !== this.#run) return;

    this.#choose.textContent = strings.chooseConversation;
    this.#thread.hidden = true;
    this.replaceChildren(this.#list, this.#choose, this.#thread);
    this.#list.start({ socket, api, me: run.me });
    this.#show();
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
    const again = () => {
      clearTimeout(timer);
      if (run === this.#run) this.#begin(run);
    };
    const timer = setTimeout(again, RETRY_MS);
    run.life.signal.addEventListener("abort", () => clearTimeout(timer));
    this.replaceChildren(
      h("div", { class: "choose" },
        h("p", { role: "alert" }, errorText(code, message)),
        h("button", { type: "button", onclick: again }, strings.tryAgain)),
    );
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

/**
 * The key where a name is a respondent's short form, so that both names of a conversation are one.
 *
 * @param {string} name
 * @param {number} me
 */
function keyOf(name, me) {
  return name.includes(":") ? name : `${name}:${me}`;
}

if (customElements.get("handsel-messages") === undefined) customElements.define("handsel-messages", HandselMessages);
