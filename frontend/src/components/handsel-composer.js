// <handsel-composer>: where one writes a message. Knows nothing of conversations or sockets.

import { h, uniqueId } from "../dom.js";
import { errorText, strings } from "../strings.js";

/** From so many characters on below the limit, what is left is shown. */
const WARN_CHARACTERS = 100;

/**
 * Events: `handsel-write` (`detail.content`: a message to be sent), `handsel-draft` (`detail.text`: what stands there
 * has changed) and `handsel-typing` (the user types).
 */
export class HandselComposer extends HTMLElement {
  /** How many characters a message may have: Unicode scalar values, as the server counts. */
  limit = 4_000;

  #countId = uniqueId("count");
  #hintId = uniqueId("hint");
  #fieldId = uniqueId("message");
  #field = h("textarea", {
    id: this.#fieldId,
    rows: 1,
    dir: "auto",
    enterkeyhint: "send",
    placeholder: strings.yourMessage,
    "aria-describedby": `${this.#hintId} ${this.#countId}`,
    oninput: () => this.#typed(),
    onkeydown: (/** @type {KeyboardEvent} */ event) => this.#pressed(event),
  });
  // Its text is the field's, so that it grows with it: see the stylesheet.
  #grow = h("div", { class: "composer-field" }, this.#field);
  #count = h("p", { class: "composer-count", id: this.#countId, hidden: true });
  #refusal = h("p", { class: "composer-refusal", role: "alert" });
  #button = h("button", {
    type: "submit",
    class: "primary",
    // The field keeps the focus, and a phone its keyboard.
    onmousedown: (/** @type {MouseEvent} */ event) => event.preventDefault(),
  }, strings.send);
  #form = h(
    "form",
    { class: "composer", onsubmit: (/** @type {SubmitEvent} */ event) => this.#submit(event) },
    h("label", { class: "visually-hidden", for: this.#fieldId }, strings.yourMessage),
    h("p", { class: "visually-hidden", id: this.#hintId }, strings.composerHint),
    this.#refusal,
    this.#count,
    this.#grow,
    this.#button,
  );

  connectedCallback() {
    if (this.#form.parentNode !== this) this.append(this.#form);
  }

  /** What stands in the field. */
  get text() {
    return this.#field.value;
  }

  set text(text) {
    this.#field.value = text;
    this.#refusal.textContent = "";
    this.#fit();
  }

  /** Whether nothing can be written here. */
  get disabled() {
    return this.#field.disabled;
  }

  set disabled(disabled) {
    this.#field.disabled = disabled;
    this.#button.disabled = disabled;
  }

  /**
   * Puts the cursor behind what stands there.
   *
   * @override
   */
  focus() {
    this.#field.focus();
    this.#field.setSelectionRange(this.text.length, this.text.length);
  }

  /**
   * Says why what stands there was not taken; it stays there.
   *
   * @param {string} reason
   */
  refuse(reason) {
    this.#refusal.textContent = reason;
  }

  get #over() {
    return [...trimmed(this.text)].length - this.limit;
  }

  #typed() {
    this.#refusal.textContent = "";
    this.#fit();
    this.dispatchEvent(new CustomEvent("handsel-draft", { detail: { text: this.text } }));
    if (trimmed(this.text) !== "") this.dispatchEvent(new CustomEvent("handsel-typing"));
  }

  #fit() {
    this.#grow.dataset.text = this.text;
    const over = this.#over;
    this.#count.hidden = over <= -WARN_CHARACTERS;
    this.#count.classList.toggle("over", over > 0);
    this.#count.textContent = over > 0 ? strings.tooLong(over) : strings.charactersLeft(-over);
    if (over > 0) this.#field.setAttribute("aria-invalid", "true");
    else this.#field.removeAttribute("aria-invalid");
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    // 229 is Safari's way to say that an input method still composes.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    // Half a character, as programs can paste one, is nothing that could be sent.
    const content = trimmed(this.text).replace(/\p{Surrogate}/gu, "\ufffd");
    if (content === "" || this.disabled) return;
    if (this.#over > 0) {
      this.refuse(errorText("content_too_long", ""));
      return;
    }
    this.dispatchEvent(new CustomEvent("handsel-write", { detail: { content } }));
  }
}

/**
 * Without the white space around it, of which the server has a slightly different notion than `trim`.
 *
 * @param {string} text
 */
function trimmed(text) {
  return text.replace(/^\p{White_Space}+|(?<!\p{White_Space})\p{White_Space}+$/gu, "");
}

if (!customElements.get("handsel-composer")) customElements.define("handsel-composer", HandselComposer);
