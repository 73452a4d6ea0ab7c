// A form with labelled fields that says what is wrong with each. Knows nothing of what is sent where.

import { ApiError } from "../api.js";
import { h, uniqueId } from "../dom.js";
import { errorText, strings } from "../strings.js";
import { explain } from "./errors.js";

/** @import { Draft } from "./draft.js" */

/**
 * @typedef {{
 *   name: string, label: string, hint?: string, type?: "text" | "password" | "multiline" | "checkbox",
 *   autocomplete?: string, required?: boolean, verbatim?: boolean,
 * }} Field `verbatim` is for what is no prose: neither corrected nor capitalised
 *
 * @typedef {HTMLInputElement | HTMLTextAreaElement} Control
 *
 * What was typed and chosen, by a field's name.
 * @typedef {{ text: (name: string) => string, checked: (name: string) => boolean }} FormValues
 */

/** Fields whose errors have a code of their own, without a pointer. */
const FIELD_OF_CODE = /** @type {Record<string, string>} */ ({
  username_taken: "username",
  credentials_invalid: "password",
});

export class Form {
  /** @type {Map<string, { field: Field, control: Control, error: HTMLElement, hintId: string }>} */
  #fields = new Map();
  #problem = h("p", { class: "problem", role: "alert", hidden: true });
  #button;
  #send;
  #busy = false;

  /**
   * @param {{
   *   fields: Field[], submit: string, send: (values: FormValues) => Promise<void>, draft?: Draft,
   * }} options `send` is called once at a time; what it rejects with is shown. `draft` keeps what is typed
   */
  constructor({ fields, submit, send, draft }) {
    this.#send = send;
    this.#button = h("button", { type: "submit", class: "primary" }, submit);
    this.element = h(
      "form",
      { class: "form", novalidate: true, onsubmit: (/** @type {Event} */ event) => this.#submitted(event) },
      ...fields.map((field) => this.#row(field)),
      this.#problem,
      this.#button,
    );
    if (draft) this.#keep(draft);
  }

  /** @param {Draft} draft */
  #keep(draft) {
    for (const [name, { control }] of this.#fields) {
      control.value = draft.text(name);
      control.addEventListener("input", () => draft.keep(name, control.value));
    }
  }

  /**
   * @param {Field} field
   * @returns {HTMLElement}
   */
  #row(field) {
    const id = uniqueId(field.name);
    const [hintId, errorId] = [`${id}-hint`, `${id}-error`];
    const error = h("p", { class: "error", id: errorId, role: "alert", hidden: true });
    const properties = {
      id,
      name: field.name,
      autocomplete: field.autocomplete,
      required: field.required,
      ...(field.verbatim && { autocapitalize: "none", autocorrect: "off", spellcheck: "false" }),
      ...(field.hint && { "aria-describedby": hintId }),
    };
    const multiline = field.type === "multiline";
    const control = multiline
      ? h("textarea", { ...properties, rows: 6, dir: "auto" })
      : h("input", { ...properties, type: field.type ?? "text", ...(field.type === "text" && { dir: "auto" }) });
    this.#fields.set(field.name, { field, control, error, hintId: field.hint ? hintId : "" });
    const label = h("label", { for: id }, field.label);
    if (field.type === "checkbox") return h("div", { class: "check" }, control, label);
    const hint = field.hint && h("p", { class: "hint", id: hintId }, field.hint);
    return h("div", { class: "field" }, label, hint, control, error);
  }

  /** @param {Event} event */
  async #submitted(event) {
    event.preventDefault();
    if (this.#busy) return;
    this.#forgetErrors();
    if (this.#complainOfEmptyFields()) return;
    this.#setBusy(true);
    try {
      await this.#send({
        text: (name) => this.#fields.get(name)?.control.value ?? "",
        checked: (name) => /** @type {HTMLInputElement} */ (this.#fields.get(name)?.control).checked,
      });
    } catch (error) {
      this.#show(error);
    } finally {
      this.#setBusy(false);
    }
  }

  /**
   * A button that is disabled would lose the focus; this one only does nothing.
   *
   * @param {boolean} busy
   */
  #setBusy(busy) {
    this.#busy = busy;
    this.#button.setAttribute("aria-disabled", String(busy));
    this.element.setAttribute("aria-busy", String(busy));
  }

  #forgetErrors() {
    this.#problem.hidden = true;
    this.#problem.textContent = "";
    for (const { control, error, hintId } of this.#fields.values()) {
      error.hidden = true;
      error.textContent = "";
      control.removeAttribute("aria-invalid");
      if (hintId) control.setAttribute("aria-describedby", hintId);
      else control.removeAttribute("aria-describedby");
    }
  }

  #complainOfEmptyFields() {
    const empty = [...this.#fields.values()].filter(({ field, control }) => field.required && control.value === "");
    for (const { field } of empty) this.#blame(field.name, strings.errors.required ?? "");
    this.#focusFirstWrong();
    return empty.length > 0;
  }

  /** @param {unknown} error */
  #show(error) {
    const text = explain(error);
    const { code, errors } = /** @type {ApiError} */ (error);
    const blamed = errors.filter((wrong) => this.#blame(wrong.pointer.slice(1), errorText(wrong.code, wrong.detail)));
    if (blamed.length === 0 && !this.#blame(FIELD_OF_CODE[code], text)) {
      this.#problem.hidden = false;
      this.#problem.textContent = text;
    }
    this.#focusFirstWrong();
  }

  /**
   * @param {string | undefined} name
   * @param {string} text
   * @returns {boolean} whether there is such a field
   */
  #blame(name, text) {
    const found = name === undefined ? undefined : this.#fields.get(name);
    if (!found) return false;
    const { control, error, hintId } = found;
    error.hidden = false;
    error.textContent = text;
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", `${error.id} ${hintId}`.trim());
    return true;
  }

  #focusFirstWrong() {
    const wrong = [...this.#fields.values()].find(({ control }) => control.hasAttribute("aria-invalid"));
    wrong?.control.focus();
  }
}
