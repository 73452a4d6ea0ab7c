// One connection and its life: it is opened, heals by itself, goes on where it stopped, and tells each entry once.
// Knows nothing of other connections, nor of what waits to be sent.

/**
 * @import { Environment } from "./environment.js"
 * @import { HandselEvents, State, Status } from "./events.js"
 * @import { Frame } from "./frames.js"
 * @import { Tokens } from "./tokens.js"
 *
 * @typedef {{
 *   tell: <Type extends keyof HandselEvents>(type: Type, detail: HandselEvents[Type]) => void,
 *   greeted: (greeting: Greeting) => void,
 *   came: (connection: Connection, frame: Frame) => void,
 *   failed: (connection: Connection, frame: Frame) => void,
 *   settled: () => void,
 *   lost: (connection: Connection) => void,
 *   refused: (connection: Connection, code: number, reason: string) => void,
 * }} Host  Whom it tells: events; what it is, before it says that it is open; an entry, before it tells it; an error;
 *   that what was to be told is told; that its socket is gone; that it will not try again.
 */

import { socketAddress } from "./address.js";
import { Backoff } from "./backoff.js";
import { BROKEN, RATE_LIMITED, TOKEN_REFUSED, concernsAll, nextTry } from "./closes.js";
import { Delivery } from "./delivery.js";
import { bodyOf, entryOf, handshakeOf, helloOf, messageOf, milliseconds } from "./frames.js";
import { Greeting } from "./greeting.js";
import { Renewal } from "./renewal.js";
import { Socket } from "./socket.js";
import { Timer } from "./timer.js";

const ATTEMPT_MS = 20_000;
const STABLE_MS = 10_000;
const WOKEN_ANSWER_MS = 3_000;
const HEARTBEAT_MS = 25_000;
const RECONNECT_JITTER_MS = 2_000;
const RATE_LIMITED_MS = 5_000;

export class Connection {
  /** How many have connected and not disconnected. */
  wanted = 0;

  #environment;
  #base;
  #tokens;
  #host;

  #backoff;
  #renewal;
  #retryTimer;
  #attemptTimer;
  #stableTimer;
  #delivery = new Delivery();

  /** @type {State} */
  #state = "disconnected";
  /** @type {Status} */
  #status;
  /** @type {Socket | null} */
  #socket = null;
  /** Of the open socket, or of the one before. @type {Greeting | null} */
  #greeting = null;
  /** Whose answers still count. */
  #attempt = 0;
  /** The token in whose stead another one is tried. @type {{ token: string, reason: string } | null} */
  #refused = null;
  #resuming = false;
  #reconnectJitterMs = RECONNECT_JITTER_MS;
  /** What the server asked for in this socket's last words. */
  #retryAfterMs = RATE_LIMITED_MS;
  /** Before that, nothing but the user makes it try: so long after it began to wait. */
  #notBefore = 0;
  #floorMs = 0;
  /** Another connection has woken it since it was stable. */
  #encouraged = false;

  /**
   * @param {string} name
   * @param {{ environment: Environment, base: string, tokens: Tokens, host: Host }} surroundings
   */
  constructor(name, { environment, base, tokens, host }) {
    this.name = name;
    this.#environment = environment;
    this.#base = base;
    this.#tokens = tokens;
    this.#host = host;
    this.#status = { connection: name, state: "disconnected", code: null, reason: null, retry_in_ms: null };
    this.#backoff = new Backoff(environment.random);
    this.#renewal = new Renewal(environment, tokens, (token) => this.send({ type: "auth", token }));
    this.#retryTimer = new Timer(environment);
    this.#attemptTimer = new Timer(environment);
    this.#stableTimer = new Timer(environment);
  }

  get state() {
    return this.#state;
  }

  get status() {
    return { ...this.#status };
  }

  /** What is known of it; null before its first `hello`. */
  get greeting() {
    return this.#greeting;
  }

  /** Opens it, where it is not, and tries at once where it waits or has given up. */
  start() {
    if (this.#state === "connecting" || this.#state === "open") return;
    if (this.#state === "closed") this.#refused = null;
    void this.#try();
  }

  /** The network, the page or the machine is back. */
  wake() {
    if (this.#state === "open") this.#socket?.check(WOKEN_ANSWER_MS);
    if (this.#state !== "waiting") return;
    // Clocks are set back, too.
    const early = Math.min(this.#notBefore - this.#environment.now(), this.#floorMs);
    if (early <= 0) void this.#try();
    else if (!this.#retryTimer.isSet) this.#retryTimer.set(early, () => void this.#try());
  }

  /** Another connection was greeted. Only once, or two that are closed after each greeting wake each other for ever. */
  encourage() {
    if (this.#state !== "waiting" || this.#encouraged) return;
    this.#encouraged = true;
    this.wake();
  }

  /** The page goes, and may come back as it was: meanwhile it has no socket, or its user would seem to be there. */
  rest() {
    if (this.#state === "closed" || this.#state === "disconnected") return;
    this.#letGo();
    this.#enter("waiting", { code: BROKEN, reason: "page_hidden", retryInMs: 0 });
  }

  /** Ends it, and tells nothing after that. */
  stop() {
    if (this.#state === "disconnected") return;
    this.#letGo();
    this.#enter("disconnected");
  }

  /** Says once more what it is, for whoever has come later. */
  greetAgain() {
    const greeting = this.#greeting;
    if (this.#state !== "open" || !greeting) return;
    this.#host.tell("hello", {
      connection: this.name, conversation: greeting.key, hello: greeting.hello, resumed: true,
    });
  }

  /**
   * Sends it now or not at all.
   *
   * @param {Frame} frame
   * @returns {boolean} whether it was
   */
  send(frame) {
    if (this.#state !== "open" || !this.#socket) return false;
    this.#socket.send(frame);
    return true;
  }

  /**
   * @param {State} state
   * @param {{ code?: number | null, reason?: string | null, retryInMs?: number | null }} [why]
   */
  #enter(state, { code = null, reason = null, retryInMs = null } = {}) {
    this.#state = state;
    this.#status = { connection: this.name, state, code, reason, retry_in_ms: retryInMs };
    this.#host.tell("status", this.status);
  }

  async #try() {
    this.#letGo();
    const attempt = this.#attempt;
    this.#attemptTimer.set(ATTEMPT_MS, () => this.#fail("timeout"));
    this.#enter("connecting");
    let token;
    try {
      token = await this.#tokens.ask(this.#refused?.token);
    } catch {
      if (attempt === this.#attempt) this.#fail("token_unavailable");
      return;
    }
    if (attempt !== this.#attempt) return;
    if (token === null || token === this.#refused?.token) {
      this.#close(TOKEN_REFUSED, this.#refused?.reason || "token_required");
    } else if (!Socket.canCarry(token)) {
      this.#refuse(token, "token_malformed");
    } else {
      this.#open(token);
    }
  }

  /** @param {string} token */
  #open(token) {
    const after = this.#delivery.reached;
    this.#resuming = after !== null;
    this.#retryAfterMs = RATE_LIMITED_MS;
    this.#renewal.begin(token);
    try {
      this.#socket = new Socket(this.#environment, socketAddress(this.#base, this.name, after), token, {
        heard: (frame) => this.#hear(frame),
        ended: (code, reason) => this.#end(code, reason),
        dead: () => this.#replace(),
      });
    } catch {
      this.#fail("socket_unavailable");
    }
  }

  /** Lets go of whatever is under way: nothing of it is heard any more. */
  #letGo() {
    this.#attempt += 1;
    this.#retryTimer.clear();
    this.#attemptTimer.clear();
    this.#stableTimer.clear();
    this.#renewal.stop();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#host.lost(this);
  }

  /**
   * The socket has ended by itself.
   *
   * @param {number} code
   * @param {string} reason
   */
  #end(code, reason) {
    this.#socket = null;
    switch (nextTry(code)) {
      case "again":
        return this.#wait(code, reason);
      case "with_another_token":
        return this.#refuse(this.#renewal.token, reason);
      case "never":
        return this.#close(code, reason);
    }
  }

  /**
   * @param {string} token
   * @param {string} reason
   */
  #refuse(token, reason) {
    if (this.#refused) return this.#close(TOKEN_REFUSED, reason);
    this.#refused = { token, reason };
    void this.#try();
  }

  /** @param {string} reason */
  #fail(reason) {
    this.#wait(BROKEN, reason);
  }

  /** The socket is silent: another one takes its place at once. */
  #replace() {
    this.#letGo();
    const attempt = this.#attempt;
    this.#enter("waiting", { code: BROKEN, reason: "no_answer", retryInMs: 0 });
    if (attempt === this.#attempt) void this.#try();
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #wait(code, reason) {
    this.#letGo();
    this.#floorMs = code === RATE_LIMITED ? this.#retryAfterMs : 0;
    const spreadMs = concernsAll(code) ? this.#reconnectJitterMs : 0;
    const retryInMs = this.#backoff.next({ floorMs: this.#floorMs, spreadMs });
    this.#notBefore = this.#environment.now() + this.#floorMs;
    this.#retryTimer.set(retryInMs, () => void this.#try());
    this.#enter("waiting", { code, reason, retryInMs });
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #close(code, reason) {
    this.#letGo();
    this.#enter("closed", { code, reason });
    this.#host.refused(this, code, reason);
  }

  /** @param {Frame} frame */
  #hear(frame) {
    if (frame.type === "hello") return this.#greet(frame);
    if (frame.type === "error") return this.#err(frame);
    if (this.#state !== "open") return;
    const entry = entryOf(frame);
    if (entry) return this.#take(frame, entry);
    this.#hearSignal(frame);
  }

  /** @param {Frame} frame */
  #greet(frame) {
    if (this.#state !== "connecting") return;
    const hello = helloOf(frame);
    const greeting = new Greeting(this.name, hello);
    const resumed = this.#resuming && hello.reset !== true;
    if (!resumed) this.#delivery.begin(hello.conversations, greeting.key);
    this.#greeting = greeting;
    this.#reconnectJitterMs = milliseconds(hello.reconnect_jitter_ms, RECONNECT_JITTER_MS);
    this.#attemptTimer.clear();
    this.#stableTimer.set(STABLE_MS, () => {
      this.#backoff.reset();
      this.#encouraged = false;
      this.#refused = null;
    });
    this.#renewal.expires(hello.expires_at);
    this.#socket?.watch(milliseconds(hello.heartbeat_ms, HEARTBEAT_MS) || HEARTBEAT_MS);
    this.#host.greeted(greeting);
    const attempt = this.#attempt;
    this.#enter("open");
    if (attempt !== this.#attempt) return;
    this.#host.tell("hello", { connection: this.name, conversation: greeting.key, hello: greeting.hello, resumed });
    if (attempt === this.#attempt) this.#host.settled();
  }

  /**
   * @param {Frame} frame
   * @param {{ conversation: string, seq: number }} entry
   */
  #take(frame, { conversation, seq }) {
    const repeat = frame.repeat === true;
    this.#host.came(this, frame);
    const place = repeat ? "next" : this.#delivery.take(conversation, seq);
    // The server promises that nothing is missing. Whatever went wrong: it goes on from where the timeline is whole.
    if (place === "beyond") return this.#fail("entry_missing");
    if (place === "next") {
      this.#greeting?.entry(frame, conversation, seq);
      const [message, handshake] = [messageOf(frame), handshakeOf(frame)];
      const about = { connection: this.name, conversation, seq };
      if (message) this.#host.tell("message", { ...about, message, repeat });
      if (handshake) this.#host.tell("handshake", { ...about, handshake, repeat });
      if (frame.type === "redaction") this.#host.tell("redaction", about);
    }
    this.#host.settled();
  }

  /** @param {Frame} frame */
  #hearSignal(frame) {
    const connection = this.name;
    const body = /** @type {any} */ (bodyOf(frame));
    if (!body) return;
    const { conversation, reader_id, up_to, user_id, online, actor_id, step, message } = body;
    switch (frame.type) {
      case "read":
        this.#greeting?.read(conversation, reader_id, up_to);
        return this.#host.tell("read", { connection, conversation, reader_id, up_to });
      case "typing":
        return this.#host.tell("typing", { connection, conversation, user_id });
      case "presence":
        this.#greeting?.presence(user_id, online);
        return this.#host.tell("presence", { connection, user_id, online });
      case "refused":
        return this.#host.tell("refused", { connection, conversation, actor_id, step, message });
      case "auth":
        return this.#renewal.taken(body.expires_at);
    }
  }

  /** @param {Frame} frame */
  #err(frame) {
    if (typeof frame.code !== "string") return;
    if (frame.client_message_id === undefined) {
      this.#retryAfterMs = milliseconds(frame.retry_after_ms, this.#retryAfterMs);
    }
    this.#host.failed(this, frame);
  }
}
