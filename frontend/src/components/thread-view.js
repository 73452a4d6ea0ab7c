// Shows what is known of a conversation in its parts. Knows nothing of sockets or HTTP.

import { isolated } from "../model/isolate.js";
import { errorText, strings } from "../strings.js";

/**
 * @import { Thread } from "../model/thread.js"
 * @import { ListingSummary } from "../types.js"
 * @import { HandselComposer } from "./handsel-composer.js"
 * @import { HandselConnection } from "./handsel-connection.js"
 * @import { HandselHandshake } from "./handsel-handshake.js"
 * @import { HandselTimeline, Loading } from "./handsel-timeline.js"
 * @import { ThreadHeader } from "./thread-header.js"
 *
 * @typedef {{
 *   header: ThreadHeader, connection: HandselConnection, timeline: HandselTimeline, handshake: HandselHandshake,
 *   typing: HTMLElement, composer: HandselComposer,
 * }} ThreadParts
 *
 * `refused` is true where the conversation can never be opened; `nobody` says why there is nobody to talk with; `busy`
 * is true while an own step waits for its answer; `blocked` is undefined where it is not known.
 * @typedef {{
 *   connected: boolean, refused: boolean, nobody: string, busy: boolean, blocked: boolean | undefined,
 *   listing: ListingSummary | undefined, loading: Loading,
 * }} Situation
 */

/** What has come is shown by then, also where a page is hidden and no frame is drawn. */
const SHOWN_WITHIN_MS = 100;

export class ThreadView {
  #parts;
  #thread;
  #situation;
  #shown;
  #stopped = false;
  #wasBlocked = false;
  /** The view that the handshake's bar was given last. @type {unknown[]} */
  #barView = [];
  #frame = 0;
  #timer = 0;

  /**
   * @param {ThreadParts} parts
   * @param {Thread} thread
   * @param {{ situation: () => Situation, shown: () => void }} life how it stands beside what the thread knows, and whom
   *   to tell that it was shown
   */
  constructor(parts, thread, { situation, shown }) {
    this.#parts = parts;
    this.#thread = thread;
    this.#situation = situation;
    this.#shown = shown;
  }

  /** Shows nothing any more. */
  stop() {
    this.#stopped = true;
    this.#forgetSoon();
  }

  /** Shows it with the next frame, with all that comes until then. */
  soon() {
    if (this.#timer !== 0) return;
    this.#frame = requestAnimationFrame(() => this.now());
    this.#timer = setTimeout(() => this.now(), SHOWN_WITHIN_MS);
  }

  /** Shows it. */
  now() {
    this.#forgetSoon();
    if (this.#stopped) return;
    const thread = this.#thread;
    const { connected, refused, nobody, blocked, listing, loading } = this.#situation();
    const { connection, timeline, header, typing, composer } = this.#parts;
    const obstacle = this.#obstacle;
    const isAlone = refused || nobody !== "";
    const title = isAlone && !thread.peer ? (listing?.title ?? strings.messages) : this.#peer;
    header.show({ title, listing, online: connected && !isAlone ? thread.online : undefined, blocked });
    connection.waiting = thread.sends.all.filter((send) => send.state === "sending").length;
    const disabled = refused || obstacle !== "" || blocked === true;
    // The keys of a conversation go on working.
    if (disabled && composer.contains(document.activeElement)) header.focus();
    composer.disabled = disabled;
    if (this.#wasBlocked !== (blocked === true)) {
      this.#wasBlocked = blocked === true;
      composer.refuse(this.#wasBlocked ? errorText("peer_blocked", "") : "");
    }
    const isTyping = connected && thread.isTyping(performance.now());
    typing.textContent = isTyping ? strings.typing(isolated(this.#peer)) : "";
    this.bar();
    timeline.show(thread, { peer: this.#peer, loading, notice: obstacle });
    this.#shown();
  }

  /**
   * Shows how the handshake stands.
   *
   * @param {{ answer?: boolean }} [options] `answer`: it may answer a step that was made here
   */
  bar({ answer = false } = {}) {
    const { connected, busy } = this.#situation();
    const { handshake, me, knowsHandshake, isEmpty } = this.#thread;
    const canStart = knowsHandshake && !(isEmpty && this.#obstacle !== "");
    const view = [handshake, this.#peer, connected, canStart, busy];
    // Each view ends the bar's wait for an answer, so that it is given those alone that say something.
    if (!answer && view.every((part, index) => part === this.#barView[index])) return;
    this.#barView = view;
    this.#parts.handshake.view = { handshake, me, peer: this.#peer, connected, canStart, busy };
  }

  /** Shows that a step of the peer's was refused. @param {string} why */
  objection(why) {
    this.#parts.handshake.tell(strings.refused(isolated(this.#peer), why));
  }

  /** Why nothing can be said here; empty where it can. */
  get #obstacle() {
    const { nobody, listing } = this.#situation();
    return nobody || (this.#thread.isEmpty && listing?.status === "closed" ? errorText("listing_closed", "") : "");
  }

  get #peer() {
    return this.#thread.peer?.full_name ?? "…";
  }

  #forgetSoon() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#timer = 0;
  }
}
