// <handsel-thread>: the parts of one conversation, and the keys that work in all of them. Knows nothing of the list of
// conversations, and leaves what happens in one to its life.

import { h } from "../dom.js";
import { HandselComposer } from "./handsel-composer.js";
import { HandselConnection } from "./handsel-connection.js";
import { HandselHandshake } from "./handsel-handshake.js";
import { HandselTimeline } from "./handsel-timeline.js";
import { ThreadHeader } from "./thread-header.js";
import { ThreadLife } from "./thread-life.js";

/** @import { ThreadOptions } from "./thread-life.js" */
/** @import { ThreadParts } from "./thread-view.js" */

/** Dispatches `handsel-back` (the reader goes back) and `handsel-signed-out` (the token is refused); both bubble. */
export class HandselThread extends HTMLElement {
  /** @type {ThreadLife | undefined} */
  #life;

  connectedCallback() {
    this.addEventListener("keydown", this.#pressed);
  }

  disconnectedCallback() {
    this.removeEventListener("keydown", this.#pressed);
    this.close();
  }

  /**
   * Shows a conversation and connects to it; another one is closed. The same one stays as it is, and learns what is
   * new.
   *
   * @param {ThreadOptions} options
   */
  open(options) {
    if (this.#life?.isOf(options)) {
      this.#life.learn(options);
      return;
    }
    this.close();
    this.#life = new ThreadLife(this.#build(), options, { signedOut: () => this.#tell("handsel-signed-out") });
    this.#life.start();
  }

  /** Shows nothing any more, and disconnects. */
  close() {
    this.#life?.stop();
    this.#life = undefined;
    this.replaceChildren();
  }

  // Anew for each conversation, so that nothing of one is seen in another.
  /** @returns {ThreadParts} */
  #build() {
    const parts = {
      header: new ThreadHeader(() => this.#tell("handsel-back")),
      connection: new HandselConnection(),
      timeline: new HandselTimeline(),
      handshake: new HandselHandshake(),
      typing: h("p", { class: "thread-typing muted" }),
      composer: new HandselComposer(),
    };
    const { header, connection, timeline, handshake, typing, composer } = parts;
    this.append(header.element, connection, timeline, handshake, typing, composer);
    return parts;
  }

  #pressed = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || !this.#life) return;
    event.preventDefault();
    this.#tell("handsel-back");
  };

  /** @param {string} type */
  #tell(type) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true }));
  }
}

if (!customElements.get("handsel-thread")) customElements.define("handsel-thread", HandselThread);
