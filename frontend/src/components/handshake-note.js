// The small form in which one offers a hand, with a note. Knows nothing of the handshake's state or of sockets.

import { h, uniqueId } from "../dom.js";
import { strings } from "../strings.js";

const NOTE_CHARACTERS_MAX = 280;

/** Closed at first; what was typed stays until it was sent. */
export class NoteForm {
  #id = uniqueId("note");
  #input = h("input", {
    id: this.#id, name: "note", type: "text", dir: "auto", autocomplete: "off", maxlength: NOTE_CHARACTERS_MAX,
    placeholder: strings.noteHint,
  });
  #send = h("button", { type: "submit", class: "primary" }, strings.offerHand);
  #form;

  /** @param {{ send: (note: string | undefined) => void, close: () => void }} on */
  constructor({ send, close }) {
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
      h("div", { class: "actions" }, this.#send, h("button", { type: "button", onclick: close }, strings.never)),
    );
  }

  get element() {
    return this.#form;
  }

  /** Whether it can be sent at this moment. @param {boolean} able */
  set able(able) {
    if (able) this.#send.removeAttribute("aria-disabled");
    else this.#send.setAttribute("aria-disabled", "true");
  }

  focus() {
    this.#input.focus();
  }

  clear() {
    this.#input.value = "";
  }
}
