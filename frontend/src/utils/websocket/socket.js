// One WebSocket from its opening to its end, which is told once; after it was let go it tells nothing. Knows nothing of
// conversations, nor of a next try.

/**
 * @import { Environment, Wire } from "./environment.js"
 * @import { Frame } from "./frames.js"
 *
 * @typedef {{
 *   heard: (frame: Frame) => void, ended: (code: number, reason: string) => void, dead: () => void,
 * }} Listener  What came; that it is over; that it does not answer.
 */

import { decode, encode } from "./frames.js";
import { Heartbeat } from "./heartbeat.js";

const PROTOCOL = "handsel.v1";
const NORMAL = 1000;

/** What a subprotocol is made of; a token that is not cannot travel. */
const PROTOCOL_CHARACTERS = /^[\w!#$%&'*+.^\x60|~-]+$/;

export class Socket {
  #wire;
  #heartbeat;
  #listener;

  /**
   * @param {Environment} environment
   * @param {string} address
   * @param {string} token
   * @param {Listener} listener
   */
  constructor(environment, address, token, listener) {
    this.#listener = listener;
    this.#heartbeat = new Heartbeat(environment, {
      ping: () => this.send({ type: "ping" }),
      dead: () => listener.dead(),
    });
    this.#wire = new environment.WebSocket(address, [PROTOCOL, `bearer.${token}`]);
    this.#wire.onmessage = ({ data }) => this.#hear(data);
    this.#wire.onclose = ({ code, reason }) => {
      this.#fallSilent();
      listener.ended(code, reason);
    };
  }

  /**
   * Whether a token can be handed over at all.
   *
   * @param {string} token
   */
  static canCarry(token) {
    return PROTOCOL_CHARACTERS.test(token);
  }

  /** @param {Frame} frame */
  send(frame) {
    this.#wire.send(encode(frame));
  }

  /** @param {number} ms how long it may be silent from now on */
  watch(ms) {
    this.#heartbeat.start(ms);
  }

  /** @param {number} answerMs how soon it must give a sign of life */
  check(answerMs) {
    this.#heartbeat.check(answerMs);
  }

  /** Lets go of it. */
  close() {
    this.#fallSilent();
    this.#wire.close(NORMAL);
  }

  /** @param {unknown} data */
  #hear(data) {
    this.#heartbeat.heard();
    const frame = decode(data);
    if (frame) this.#listener.heard(frame);
  }

  #fallSilent() {
    this.#heartbeat.stop();
    this.#wire.onmessage = null;
    this.#wire.onclose = null;
  }
}
