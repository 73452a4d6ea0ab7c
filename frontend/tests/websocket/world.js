// A manager with everything around it faked, and all that it told. Knows nothing of what it should tell.

import { webcrypto } from "node:crypto";

import { HandselSocket } from "../../src/utils/websocket.js";
import { Clock, settle } from "./clock.js";
import { Server, hello } from "./server.js";

export { settle } from "./clock.js";
export { handshake, hello, message, refusal } from "./server.js";

const TYPES = ["hello", "message", "handshake", "read", "typing", "presence", "status", "error"];

/** A page's document or window, as far as it tells. */
class Page extends EventTarget {
  visibilityState = "visible";
  listeners = 0;
  addEventListener(...all) {
    this.listeners += 1;
    super.addEventListener(...all);
  }
  removeEventListener(...all) {
    this.listeners -= 1;
    super.removeEventListener(...all);
  }
  fires(type) {
    this.dispatchEvent(new Event(type));
  }
}

export class World {
  clock = new Clock();
  server = new Server();
  window = new Page();
  document = new Page();
  /** What chance gives: a number, or a function. */
  chance = 1;
  /** What the application was asked, and answers. */
  asked = [];
  token = "token-1";
  told = [];

  constructor({ environment = {}, ...options } = {}) {
    this.options = {
      url: "https://talk.example.org/",
      getToken: async (about) => {
        this.asked.push(about.refused);
        return typeof this.token === "function" ? this.token(about.refused) : this.token;
      },
      ...options,
    };
    this.environment = {
      ...this.clock.environment,
      WebSocket: this.server.WebSocket,
      random: () => (typeof this.chance === "function" ? this.chance() : this.chance),
      window: this.window, document: this.document, base: null, crypto: webcrypto,
      ...environment,
    };
    this.begin();
  }

  /** The page is loaded, again. */
  begin() {
    this.socket = new HandselSocket({ ...this.options, environment: this.environment });
    for (const type of TYPES) this.socket.addEventListener(type, ({ detail }) => this.told.push({ type, ...detail }));
  }

  /** What was told of that type. */
  of(type) {
    return this.told.filter((event) => event.type === type);
  }

  /** The seqs of the entries that a connection told. */
  seqs(connection = "offer_1:2") {
    return this.told
      .filter((event) => event.connection === connection && event.seq !== undefined && !event.repeat)
      .map((event) => event.seq);
  }

  states(connection = "offer_1:2") {
    return this.of("status").filter((event) => event.connection === connection).map((event) => event.state);
  }

  /** Connects, and the server greets. */
  async open(connection = "offer_1:2", greeting = hello()) {
    this.socket.connect(connection);
    return this.greeted(greeting);
  }

  /** The newest socket is greeted. */
  async greeted(greeting = hello()) {
    await settle();
    const socket = this.server.last;
    socket.says(greeting);
    await settle();
    return socket;
  }

  pass(ms) {
    return this.clock.pass(ms);
  }

  say(content, connection = "offer_1:2") {
    return this.socket.send(connection, { type: "message", content });
  }
}

