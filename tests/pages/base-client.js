// A page as it was written for the base protocol, before handsel.v1: the token in the URL, three types of frames, and a
// socket manager that tries again by itself. Knows nothing of subprotocols, cursors or keys.
//
// Opened as base-client.html#server=ws://127.0.0.1:8000&conversation=offer_1&token=TOKEN

const RECONNECT_DELAY_MS = 3000;
const RECONNECT_ATTEMPTS_MAX = 5;
/** The server will not take this token again, so trying is of no use. */
const TOKEN_REFUSED = 4001;

class WebSocketManager {
  constructor(server) {
    this.server = server;
    this.ws = null;
    this.listeners = new Map();
    this.attempts = 0;
    this.reconnectAttempts = 0;
  }

  on(event, callback) {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), callback]);
  }

  emit(event, data) {
    for (const callback of this.listeners.get(event) ?? []) callback(data);
  }

  connect(conversationId, token) {
    this.attempts += 1;
    this.emit("state", "connecting");
    this.ws = new WebSocket(`${this.server}/ws/chat/${conversationId}/?token=${token}`);

    this.ws.onopen = () => {
      this.reconnectAttempts = 0;
      this.emit("state", "open");
    };

    this.ws.onmessage = (event) => {
      const data = JSON.parse(event.data);
      switch (data.type) {
        case "message":
          this.emit("message", data.message);
          break;
        case "handshake":
          this.emit("handshake", data.handshake);
          break;
        case "error":
          this.emit("error", data);
          break;
        default:
          this.emit("unknown", data);
      }
    };

    this.ws.onclose = (event) => {
      this.emit("close", event.code);
      if (event.code === TOKEN_REFUSED) {
        this.emit("state", "refused");
      } else if (this.reconnectAttempts < RECONNECT_ATTEMPTS_MAX) {
        this.reconnectAttempts += 1;
        this.emit("state", "waiting");
        setTimeout(() => this.connect(conversationId, token), RECONNECT_DELAY_MS);
      } else {
        this.emit("state", "gave-up");
      }
    };
  }

  send(data) {
    if (this.ws?.readyState !== WebSocket.OPEN) return false;
    this.ws.send(JSON.stringify(data));
    return true;
  }

  sendMessage(content) {
    return this.send({ type: "message", content });
  }

  startHandshake() {
    return this.send({ type: "handshake_start" });
  }

  approveHandshake() {
    return this.send({ type: "handshake_approve" });
  }
}

const STATUS = {
  connecting: "Connecting …",
  open: "Connected",
  waiting: "Disconnected, trying again",
  refused: "Please log in again",
  "gave-up": "Disconnected",
};

const byId = (id) => document.getElementById(id);
const settings = new URLSearchParams(location.hash.slice(1));
const manager = new WebSocketManager(settings.get("server"));

function addLine(kind, text, data) {
  const line = document.createElement("li");
  line.className = `line ${kind}`;
  Object.assign(line.dataset, data);
  line.textContent = text;
  byId("lines").append(line);
}

manager.on("state", (state) => {
  const { dataset } = byId("client");
  dataset.attempts = String(manager.attempts);
  dataset.retries = String(manager.reconnectAttempts);
  dataset.state = state;
  byId("status").textContent = STATUS[state];
});
manager.on("close", (code) => {
  byId("client").dataset.closeCode = String(code);
});
manager.on("message", ({ id, sender, content }) => {
  addLine("message", `${sender.full_name}: ${content}`, { id: String(id), sender: sender.username });
});
manager.on("handshake", ({ id, status, message }) => {
  addLine("handshake", `${message} (${status})`, { id, status });
});
manager.on("error", ({ code, message }) => addLine("error", message, { code }));
// A server that sends what was never agreed on breaks pages like this one: a test looks for these lines.
manager.on("unknown", (frame) => addLine("unknown", JSON.stringify(frame), {}));

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  // What could not be sent stays in the field: this page keeps nothing for later.
  if (manager.sendMessage(byId("content").value)) byId("content").value = "";
});
byId("start").addEventListener("click", () => manager.startHandshake());
byId("approve").addEventListener("click", () => manager.approveHandshake());

manager.connect(settings.get("conversation"), settings.get("token"));
