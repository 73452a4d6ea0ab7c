// The small form in which one offers a hand, with a note. Knows nothing of the handshake's state or of sockets.

import { h, uniqueId } from "../dom.js";
import { errorText, strings } from "../strings.js";
import { mark } from "./conversation-update.js";

const NOTE_CHARACTERS_MAX = 280;

/** Closed at first; what was typed stays until it was sent. */
export class NoteForm {
  #id = uniqueId("note");
  #input = h("input", {
    id: this.#id, name: "note", type: "text", dir: "auto", autocomplete: "off",
    placeholder: strings.noteHint, oninput: () => this.#check(),
  });
  #send = h("button", { type: "submit", class: "primary" }, strings.offerHand);
  #close;
  #form;

  /** @param {{ send: (note: string | undefined) => void, close: () => void }} on */
  constructor({ send, close }) {
    this.#close = h("button", { type: "button", onclick: close }, strings.never);
    this.#form = h(
      "form",
      {
        onsubmit: (/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          send(this.#input.value.trim() || undefined);
        },
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          if (event.isComposing) return;
          if (event.key === "Escape") {
            // It ends here: around it, Escape leaves the conversation.
            event.preventDefault();
            event.stopPropagation();
            close();
          }
        },
      },
      h("label", { for: this.#id }, strings.note),
      this.#input,
      h("div", { class: "actions" }, this.#send, this.#close),
    );
  }

  get element() {
    return this.#form;
  }

  /**
   * What can be done at this moment.
   *
   * @param {boolean} send
   * @param {boolean} close
   */
  can(send, close) {
    mark(this.#send, "aria-disabled", send ? null : "true");
    mark(this.#close, "aria-disabled", close ? null : "true");
  }

  focus() {
    this.#input.focus();
  }

  clear() {
    this.#input.value = "";
    this.#check();
  }

  /** `maxlength` would count an emoji twice. */
  #check() {
    const over = [...this.#input.value].length > NOTE_CHARACTERS_MAX;
    this.#input.setCustomValidity(over ? errorText("note_too_long", "") : "");
  }
}
