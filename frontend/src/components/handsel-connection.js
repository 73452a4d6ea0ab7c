// How a connection does, in words, with a button where one can do something about it. Knows nothing of sockets.

import { h } from "../dom.js";
import { errorText, strings } from "../strings.js";
import { say } from "./conversation-update.js";

/**
 * @typedef {{
 *   state: "connecting" | "open" | "waiting" | "closed" | "disconnected",
 *   connection?: string, code?: number | null, reason?: string | null, retry_in_ms?: number | null,
 * }} ConnectionStatus
 */

/** An outage that is over by then is not worth a word. */
const PATIENCE_MS = 400;

const TOO_MANY_SOCKETS = 4009;
const RATE_LIMITED = 4029;
const TOKEN_REFUSED = 4001;
/** Closed for a reason that another try will not change. */
const REFUSED = new Set([4000, 4003, 4004]);

/**
 * `<handsel-connection>`: set `status` to the detail of the socket manager's event, `waiting` to the number of messages
 * that wait to be sent. Hidden while all is well. Dispatches `handsel-retry`.
 */
export class HandselConnection extends HTMLElement {
  /** @type {ConnectionStatus} */
  #status = { state: "disconnected" };
  #waiting = 0;
  #wasOpen = false;
  #retryAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #patience;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;
  #spoken = h("span");
  #counting = h("span", { "aria-hidden": "true" });
  #queued = h("span", { class: "queued" });
  #retry = h("button", { type: "button", class: "retry", onclick: () => this.#again() });

  connectedCallback() {
    this.setAttribute("role", "status");
    if (this.#retry.parentNode === null) {
      this.hidden = true;
      this.append(h("p", {}, this.#spoken, this.#counting, " ", this.#queued), this.#retry);
    }
    this.#render();
  }

  disconnectedCallback() {
    this.#rest();
  }

  /** @param {ConnectionStatus} status */
  set status(status) {
    if (status.connection !== this.#status.connection || status.state === "disconnected") this.#begin();
    if (status.state === "open") this.#wasOpen = true;
    if (status.state === "waiting") this.#retryAt = performance.now() + (status.retry_in_ms ?? 0);
    this.#status = status;
    this.#render();
  }

  get status() {
    return this.#status;
  }

  /** @param {number} count */
  set waiting(count) {
    this.#waiting = count;
    this.#render();
  }

  get waiting() {
    return this.#waiting;
  }

  /** Another connection is told of from here on. */
  #begin() {
    this.#rest();
    this.#wasOpen = false;
    this.hidden = true;
  }

  #render() {
    if (!this.isConnected) return;
    const { state, code } = this.#status;
    if (state === "open" || state === "disconnected" || (state === "closed" && code === TOKEN_REFUSED)) {
      this.#rest();
      const focused = this.#focused;
      this.hidden = true;
      if (focused) this.#passFocusOn();
    } else if (state === "closed" || !this.hidden) {
      this.#show();
    } else {
      this.#patience ??= setTimeout(() => this.#show(), PATIENCE_MS);
    }
  }

  #show() {
    this.#rest();
    const { state, code } = this.#status;
    this.hidden = false;
    this.classList.toggle("closed", state === "closed");
    say(this.#queued, this.#waiting > 0 && state !== "closed" ? strings.waitingToSend(this.#waiting) : "");
    say(this.#spoken, this.#text());
    say(this.#counting, "");
    this.#spoken.classList.remove("visually-hidden");

    const focused = this.#focused;
    this.#retry.hidden = (state === "connecting" && !focused) || (state === "closed" && REFUSED.has(code ?? 0));
    if (focused && this.#retry.hidden) this.#passFocusOn();
    if (state === "waiting") {
      say(this.#retry, strings.tryNow);
    } else {
      say(this.#retry, code === TOO_MANY_SOCKETS ? strings.useHere : strings.tryAgain);
    }
    if (state === "waiting" && code !== RATE_LIMITED) {
      this.#tick();
      this.#ticking = setInterval(() => this.#tick(), 1000);
    }
  }

  #text() {
    const { state, code, reason } = this.#status;
    if (state === "closed") {
      if (code === TOO_MANY_SOCKETS) return strings.connectedElsewhere;
      return errorText(reason ?? "", strings.connectionRefused);
    }
    if (state === "waiting" && code === RATE_LIMITED) return strings.tooBusy;
    return this.#wasOpen || state === "waiting" ? strings.reconnecting : strings.connecting;
  }

  /** The seconds are for the eye: a screen reader that read each of them would say nothing else. */
  #tick() {
    const seconds = Math.ceil((this.#retryAt - performance.now()) / 1000);
    const counts = seconds > 0;
    this.#spoken.classList.toggle("visually-hidden", counts);
    say(this.#counting, counts ? strings.reconnectingIn(seconds) : "");
  }

  #rest() {
    clearTimeout(this.#patience);
    clearInterval(this.#ticking);
    this.#patience = undefined;
  }

  get #focused() {
    return this.#retry === document.activeElement;
  }

  /** A button that vanishes under the finger leaves the keyboard nowhere. */
  #passFocusOn() {
    const around = this.closest("handsel-thread, handsel-conversations") ?? this.parentElement;
    const next = around?.querySelector("h2[tabindex], li button, textarea");
    if (next instanceof HTMLElement) next.focus();
  }

  #again() {
    this.dispatchEvent(new CustomEvent("handsel-retry", { bubbles: true }));
  }
}

if (customElements.get("handsel-connection") === undefined) {
  customElements.define("handsel-connection", HandselConnection);
}
