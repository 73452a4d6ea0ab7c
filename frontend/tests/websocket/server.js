// A server that says what a test lets it say. Knows nothing of the real one's rules.

export class Server {
  /** Every socket that was ever opened, oldest first. */
  sockets = [];

  get WebSocket() {
    const { sockets } = this;
    return class {
      constructor(url, protocols) {
        const socket = new ServerSocket(url, protocols, this);
        this.server = socket;
        sockets.push(socket);
      }
      send(text) {
        this.server.heard.push(JSON.parse(text));
      }
      close(code) {
        this.server.closedBy = { code };
      }
    };
  }

  get last() {
    return this.sockets.at(-1);
  }

  get count() {
    return this.sockets.length;
  }
}

class ServerSocket {
  /** Frames that came from the client. */
  heard = [];
  /** How the client closed it. */
  closedBy = null;
  #wire;

  constructor(url, protocols, wire) {
    this.url = url;
    this.protocols = protocols;
    this.#wire = wire;
  }

  get path() {
    const { pathname, search } = new URL(this.url);
    return pathname + search;
  }

  get token() {
    return this.protocols[1].slice("bearer.".length);
  }

  /** The frames of that type that came. */
  of(type) {
    return this.heard.filter((frame) => frame.type === type);
  }

  /** What was said in messages. */
  get said() {
    return this.of("message").map((frame) => frame.content);
  }

  says(...frames) {
    for (const frame of frames) this.raw(JSON.stringify(frame));
  }

  raw(data) {
    this.#wire.onmessage?.({ data });
  }

  closes(code, reason = "") {
    this.#wire.onclose?.({ code, reason });
  }

  breaks() {
    this.closes(1006);
  }

  /** Answers the client's newest message with its entry. */
  stores(seq, { sender = 2, conversation = "offer_1:2", ...more } = {}) {
    const { content, client_message_id } = this.of("message").at(-1);
    this.says(message(seq, { sender, conversation, content, client_message_id, ...more }));
  }
}

/** The `hello` of a socket: of bo, the respondent of offer_1, where nothing else is said. */
export function hello({ user = 2, heads = { "offer_1:2": 0 }, ...more } = {}) {
  const conversations = Object.entries(heads).map(([conversation, head]) => ({
    conversation, head, read_up_to: 0, peer_read_up_to: 0, online: false,
    peer: { id: user === 1 ? Number(conversation.split(":")[1]) : 1, username: "peer", full_name: "Peer" },
  }));
  return {
    type: "hello", user_id: user, expires_at: "2026-11-24T08:00:00.000Z", conversations, heartbeat_ms: 25_000,
    reconnect_jitter_ms: 2_000, limits: { frame_bytes: 65_536 }, ...more,
  };
}

export function message(seq, { sender = 1, conversation = "offer_1:2", content = `#${seq}`, repeat, ...more } = {}) {
  return {
    type: "message",
    message: {
      id: seq, sender: { id: sender, username: "u", full_name: "U" }, content, conversation, seq,
      created_at: "2026-11-23T08:00:00.000Z", is_read: false, recipient_id: sender === 1 ? 2 : 1, ...more,
    },
    ...(repeat ? { repeat } : {}),
  };
}

export function handshake(seq, { conversation = "offer_1:2", repeat } = {}) {
  return {
    type: "handshake", handshake: { id: "handshake_1_2", status: "pending", conversation, seq, version: seq },
    ...(repeat ? { repeat } : {}),
  };
}

export function refusal(code, more = {}) {
  return { type: "error", code, message: code, ...more };
}
