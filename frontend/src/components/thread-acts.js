// What the user does in a conversation: writes, sends again, discards, takes a step. Knows nothing of what others do.

import { errorText } from "../strings.js";
import { unsentOf } from "./thread-unsent.js";

/**
 * @import { Thread } from "../model/thread.js"
 * @import { HandselSocket } from "../utils/websocket.js"
 * @import { ThreadParts } from "./thread-view.js"
 */

export class ThreadActs {
  /** What frames are sent to. */
  address;
  /** Whether a step of the handshake waits for its answer. */
  stepUnderWay = false;

  #socket;
  #thread;
  #parts;
  #done;

  /**
   * @param {{
   *   socket: HandselSocket, conversation: string, thread: Thread, parts: ThreadParts, done: () => void,
   * }} options `done` is called where there is something new to show
   */
  constructor({ socket, conversation, thread, parts, done }) {
    this.address = conversation;
    this.#socket = socket;
    this.#thread = thread;
    this.#parts = parts;
    this.#done = done;
  }

  /**
   * Sends what the composer has. Tells whether it was taken.
   *
   * @param {string} content
   */
  write(content) {
    const taken = this.#send(content);
    if (taken) this.#parts.composer.text = "";
    return taken;
  }

  /**
   * Sends a message that failed as a new one.
   *
   * @param {string} id
   */
  sendAgain(id) {
    const send = this.#thread.sends.all.find((one) => one.id === id && one.state === "failed");
    if (send && this.#send(send.content)) this.discard(id);
  }

  /**
   * Forgets a message that failed.
   *
   * @param {string} id
   */
  discard(id) {
    this.#thread.sends.takeBack(id);
    unsentOf(this.#socket).remove(id);
    this.#done();
    // The button that had the focus is gone.
    this.#parts.composer.focus();
  }

  /**
   * Takes a step of the handshake, for the version that is shown.
   *
   * @param {{ step: string, note?: string }} detail
   */
  step({ step, note }) {
    const version = this.#parts.handshake.view.handshake?.version ?? 0;
    try {
      this.#socket.send(this.address, { type: `handshake_${step}`, version, ...(note ? { note } : {}) });
      this.stepUnderWay = true;
    } catch (error) {
      const { code, message } = sendError(error);
      this.#parts.handshake.refused(code, message);
    }
  }

  /**
   * Tells the bar that the step was refused, where it was one that was.
   *
   * @param {string} code
   * @param {string} message
   */
  refused(code, message) {
    if (!this.stepUnderWay) return;
    this.stepUnderWay = false;
    this.#parts.handshake.refused(code, message);
  }

  /** @param {string} content */
  #send(content) {
    const { composer, timeline } = this.#parts;
    let id;
    try {
      id = /** @type {string} */ (this.#socket.send(this.address, { type: "message", content }));
    } catch (error) {
      const { code, message } = sendError(error);
      composer.refuse(errorText(code, message));
      return false;
    }
    this.#thread.sends.add({ client_message_id: id, content, created_at: new Date().toISOString() });
    timeline.toEnd();
    this.#done();
    return true;
  }
}

/**
 * What the socket threw when it did not take a frame.
 *
 * @param {unknown} error
 */
function sendError(error) {
  if (error instanceof Error && "code" in error) return { code: String(error.code), message: error.message };
  throw error;
}
