// The bar of the handshake: how it stands, and the steps that this user can take now. Knows nothing of sockets.

import { h, uniqueId } from "../dom.js";
import { STEPS, possibleSteps, statusText } from "../model/steps.js";
import { errorText, strings } from "../strings.js";
import { arrange, mark, say } from "./conversation-update.js";
import { NoteForm } from "./handshake-note.js";

/**
 * @import { Handshake } from "../types.js"
 * @import { Step } from "../model/steps.js"
 *
 * `busy` is true while a step of the user's own has no answer.
 * @typedef {{
 *   handshake: Handshake | null, me: number, peer: string, connected: boolean, canStart: boolean, busy?: boolean,
 * }} View
 *
 * `follows` is true until the state that explains the refusal is shown.
 * @typedef {{ text: string, follows: boolean }} Notice
 */

/** Who presses sooner means what stood there before: the second half of a double click must not be a second step. */
const SETTLES_MS = 600;

/**
 * `<handsel-handshake>`: set `view`; it dispatches `handsel-step` with `{ step, note? }` and takes no further step
 * until the next `view` that is not `busy`, or until `refused(code, message)`. A view with which nothing can be begun begins anew.
 */
export class HandselHandshake extends HTMLElement {
  /** @type {View | null} */
  #view = null;
  /** @type {Notice | null} */
  #notice = null;
  #busy = false;
  #noteOpen = false;
  /** What can be pressed, in one word each. */
  #choice = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;
  /** The version that the last step was meant for. */
  #seen = 0;
  /** @type {ReturnType<typeof parts> | undefined} */
  #parts;

  /** @param {View} view */
  set view(view) {
    const changed = this.#view !== null && versionOf(this.#view.handshake) !== versionOf(view.handshake);
    if (changed && this.#notice !== null) {
      this.#notice = this.#notice.follows ? { ...this.#notice, follows: false } : null;
    }
    if (view.connected && this.#notice?.text === strings.handshakeNeedsConnection) this.#notice = null;
    const { handshake, me } = view;
    if (changed && handshake?.status === "pending" && handshake.initiator_id === me) this.#parts?.form.clear();
    this.#view = view;
    this.#busy = view.busy === true;
    if (handshake === null && !view.canStart) this.#forget();
    this.#render();
  }

  get view() {
    return /** @type {View} */ (this.#view);
  }

  /**
   * The step that was taken last was refused: says why.
   *
   * @param {string} code
   * @param {string} message
   */
  refused(code, message) {
    this.#busy = false;
    const text = code === "handshake_changed" ? strings.handshakeChanged : errorText(code, message);
    const crossed = /^handshake_(?!refused)/.test(code) && versionOf(this.#view?.handshake) === this.#seen;
    this.#notice = { text, follows: crossed };
    this.#render();
  }

  /** Says something until the handshake changes. @param {string} text */
  tell(text) {
    this.#notice = { text, follows: false };
    this.#render();
  }

  /** Nothing is known, or possible: what was begun belongs to another conversation. */
  #forget() {
    this.#notice = null;
    this.#parts?.form.clear();
  }

  #render() {
    if (this.#view === null) return;
    const { handshake, me, peer, connected, canStart } = this.#view;
    const { status, note, notice, form, section, actions, buttons, hint } = (this.#parts ??= this.#build());
    const focused = this.contains(document.activeElement) ? document.activeElement : null;

    const steps = possibleSteps(handshake, me).filter((step) => step !== "start" || canStart);
    if (!steps.includes("start")) this.#noteOpen = false;
    // It keeps its room, so that nothing jumps once it is known how the handshake stands.
    this.classList.toggle("blank", handshake === null && steps.length === 0);

    section.dataset["status"] = handshake?.status ?? "none";
    say(status, statusText(handshake, me, peer));
    const told = handshake?.status === "pending" || handshake?.status === "approved" ? handshake.note : null;
    say(note, told ?? "");
    note.hidden = told === null;
    // Where it scrolls, the keyboard can scroll it, too.
    mark(note, "tabindex", note.scrollHeight > note.clientHeight ? "0" : null);
    say(notice, this.#notice?.text ?? "");

    const shown = this.#noteOpen ? [] : steps;
    this.#settle(`${this.#noteOpen} ${shown}`);
    const settled = this.#settling === undefined;
    const able = connected && !this.#busy && settled;
    arrange(actions, STEPS.filter((step) => shown.includes(step)).map((step) => buttons[step]));
    say(buttons.start, handshake === null ? strings.start : strings.startAgain);
    for (const button of Object.values(buttons)) {
      mark(button, "aria-disabled", able ? null : "true");
      mark(button, "aria-describedby", connected ? null : hint.id);
    }
    form.can(able, settled);
    form.element.hidden = !this.#noteOpen;

    if (focused !== null && !(focused.checkVisibility?.() ?? focused.isConnected)) status.focus();
  }

  /** Takes no press for a moment where there is something else to press now. @param {string} choice */
  #settle(choice) {
    if (choice === this.#choice) return;
    this.#choice = choice;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#settling = undefined;
      this.#render();
    }, SETTLES_MS);
  }

  #build() {
    const heed = (/** @type {MouseEvent} */ event) => {
      // What the keyboard presses is no click of a pointer, and the focus has moved by itself.
      if (event.detail <= (this.#settling === undefined ? 1 : 0)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    this.addEventListener("click", heed, true);
    // A key that is held down is one press.
    this.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.repeat) event.preventDefault();
    });
    const built = parts(
      (step) => this.#press(step),
      new NoteForm({ send: (note) => this.#take("start", note), close: () => this.#closeNote() }),
    );
    this.append(built.section);
    return built;
  }

  /** @param {Step} step */
  #press(step) {
    if (step !== "start") {
      this.#take(step);
    } else if (!this.#busy) {
      this.#noteOpen = true;
      this.#render();
      this.#parts?.form.focus();
    }
  }

  #closeNote() {
    this.#noteOpen = false;
    this.#render();
    this.#parts?.buttons.start.focus();
  }

  /**
   * @param {Step} step
   * @param {string} [note]
   */
  #take(step, note) {
    if (this.#busy || this.#view === null) return;
    if (!this.#view.connected) {
      this.#notice = { text: strings.handshakeNeedsConnection, follows: false };
      this.#render();
      return;
    }
    this.#busy = true;
    this.#notice = null;
    this.#seen = versionOf(this.#view.handshake);
    this.#render();
    const detail = note === undefined ? { step } : { step, note };
    this.dispatchEvent(new CustomEvent("handsel-step", { bubbles: true, detail }));
  }
}

/**
 * @param {(step: Step) => void} press
 * @param {NoteForm} form
 */
function parts(press, form) {
  const hint = h("p", { hidden: true, id: uniqueId("hint") }, strings.handshakeNeedsConnection);
  const status = h("p", { class: "standing", role: "status", tabindex: -1 });
  const note = h("p", { class: "note", dir: "auto" });
  const notice = h("p", { class: "refusal", role: "status" });
  const actions = h("div", { class: "actions" });
  const button = (/** @type {Step} */ step) => {
    const primary = step !== "decline" && step !== "cancel";
    const onclick = () => press(step);
    return h("button", { type: "button", "data-step": step, class: primary && "primary", onclick }, strings[step]);
  };
  const buttons = /** @type {Record<Step, HTMLButtonElement>} */ (
    Object.fromEntries(STEPS.map((step) => [step, button(step)]))
  );
  const section = h(
    "section",
    { "aria-label": strings.handshake },
    h("div", { class: "words" }, status, note, notice),
    actions,
    form.element,
    hint,
  );
  return { status, note, notice, form, section, actions, buttons, hint };
}

/** @param {Handshake | null | undefined} handshake */
function versionOf(handshake) {
  return handshake?.version ?? 0;
}

if (customElements.get("handsel-handshake") === undefined) {
  customElements.define("handsel-handshake", HandselHandshake);
}
