import assert from "node:assert/strict";
import { test } from "node:test";

import { HandselSocket, INBOX } from "../../src/utils/websocket.js";
import { World, hello, message, settle } from "./world.js";

test("a connection is opened with the token as a subprotocol and never in its address", async () => {
  const world = new World({ url: "https://talk.example.org/handsel" });
  const socket = await world.open();
  assert.equal(socket.url, "wss://talk.example.org/handsel/ws/chat/offer_1%3A2/");
  assert.deepEqual(socket.protocols, ["handsel.v1", "bearer.token-1"]);
  assert.deepEqual(world.states(), ["connecting", "open"]);
  assert.deepEqual(world.asked, [undefined]);
});

test("it is open with the hello, not before", async () => {
  const world = new World();
  world.socket.connect("offer_1:2");
  await settle();
  assert.equal(world.socket.status("offer_1:2").state, "connecting");
  world.server.last.says(hello({ heads: { "offer_1:2": 7 } }));
  assert.deepEqual(world.socket.status("offer_1:2"), {
    connection: "offer_1:2", state: "open", code: null, reason: null, retry_in_ms: null,
  });
  const [told] = world.of("hello");
  assert.deepEqual([told.connection, told.conversation, told.resumed], ["offer_1:2", "offer_1:2", false]);
  assert.deepEqual([told.hello.user_id, told.hello.conversations[0].head], [2, 7]);
});

test("what nobody connected to is disconnected", () => {
  const world = new World();
  assert.deepEqual(world.socket.status("offer_9"), {
    connection: "offer_9", state: "disconnected", code: null, reason: null, retry_in_ms: null,
  });
  world.socket.disconnect("offer_9");
  world.socket.disconnect();
  world.socket.retry("offer_9");
  assert.equal(world.server.count, 0);
});

test("components share a socket, which closes with the last of them", async () => {
  const world = new World();
  const socket = await world.open();
  world.socket.connect("offer_1:2");
  world.socket.disconnect("offer_1:2");
  await settle();
  assert.deepEqual([world.server.count, socket.closedBy], [1, null]);
  world.socket.disconnect("offer_1:2");
  assert.deepEqual([world.server.count, socket.closedBy.code, world.states().at(-1)], [1, 1000, "disconnected"]);
  world.socket.disconnect("offer_1:2");
  socket.says(message(1));
  assert.deepEqual(world.seqs(), [], "nothing is told any more");
});

test("who connects later is greeted, too, with what is known by then", async () => {
  const world = new World();
  const socket = await world.open("offer_1:2", hello({ heads: { "offer_1:2": 4 } }));
  socket.says(message(5), { type: "presence", presence: { user_id: 1, online: true } });
  socket.says({ type: "read", read: { conversation: "offer_1:2", reader_id: 2, up_to: 5 } });
  socket.says({ type: "read", read: { conversation: "offer_1:2", reader_id: 1, up_to: 3 } });
  world.socket.connect("offer_1:2");
  assert.equal(world.of("hello").length, 1, "not before it could listen");
  await settle();
  const [, second] = world.of("hello");
  assert.equal(second.resumed, true, "nothing is missing for those who were there");
  const [one] = second.hello.conversations;
  assert.deepEqual([one.head, one.online, one.read_up_to, one.peer_read_up_to], [5, true, 5, 3]);
  assert.equal(world.server.count, 1);
});

test("what a listener does to a hello changes no other", async () => {
  const world = new World();
  await world.open();
  world.of("hello")[0].hello.conversations.length = 0;
  world.socket.connect("offer_1:2");
  await settle();
  assert.equal(world.of("hello")[1].hello.conversations.length, 1);
});

test("disconnect without a name closes everything and leaves nothing running", async () => {
  const world = new World();
  const chat = await world.open();
  const inbox = await world.open(INBOX);
  world.say("waits");
  world.socket.connect("offer_5");
  world.socket.disconnect();
  await world.pass(100_000);
  assert.deepEqual([chat.closedBy.code, inbox.closedBy.code], [1000, 1000]);
  assert.deepEqual([world.server.count, world.clock.running], [2, 0]);
  assert.deepEqual([world.window.listeners, world.document.listeners], [0, 0]);
  for (const name of ["offer_1:2", INBOX, "offer_5"]) assert.equal(world.socket.status(name).state, "disconnected");
});

test("a page that leaves while the token is fetched opens no socket", async () => {
  const world = new World();
  world.socket.connect("offer_1:2");
  world.socket.disconnect("offer_1:2");
  await settle();
  assert.deepEqual([world.server.count, world.clock.running], [0, 0]);
});

test("a connection of its own begins anew after the last has gone", async () => {
  const world = new World();
  const first = await world.open();
  first.says(message(1));
  world.socket.disconnect("offer_1:2");
  const second = await world.open("offer_1:2", hello({ heads: { "offer_1:2": 1 } }));
  assert.equal(second.path, "/ws/chat/offer_1%3A2/", "it does not resume what nobody followed");
  assert.equal(world.of("hello").at(-1).resumed, false);
});

test("after a respondent's short form turned out to be a key, both are its name", async () => {
  const world = new World();
  await world.open("offer_1", hello());
  assert.equal(world.of("hello")[0].conversation, "offer_1:2");
  assert.equal(world.socket.status("offer_1:2").connection, "offer_1");
  world.socket.send("offer_1:2", { type: "handshake_start" });
  assert.equal(world.server.last.of("handshake_start").length, 1);
  const id = world.say("hello", "offer_1:2");
  assert.equal(world.socket.pending("offer_1")[0].client_message_id, id);
  world.server.last.stores(1);
  world.socket.disconnect("offer_1:2");
  assert.equal(world.server.last.closedBy.code, 1000);
});

test("a key of one's own as respondent is known by its short form, too", async () => {
  const world = new World();
  await world.open("offer_1:2", hello());
  assert.equal(world.socket.status("offer_1").state, "open");
});

test("an owner's short form is no key, even with one conversation", async () => {
  const world = new World();
  await world.open("offer_1", hello({ user: 1 }));
  assert.equal(world.of("hello")[0].conversation, null);
  assert.equal(world.socket.status("offer_1:2").state, "disconnected");
});

test("it works where there is neither a window nor a document", async () => {
  const world = new World({ environment: { window: null, document: null } });
  const socket = await world.open();
  socket.breaks();
  await world.pass(500);
  assert.equal(world.server.count, 2);
});

test("what cannot work is said at once", () => {
  const getToken = () => "t";
  for (const options of [
    { url: "https://h/", environment: { WebSocket: class {} } },
    { getToken, environment: { WebSocket: class {}, base: null } },
    { url: "ftp://h/", getToken, environment: { WebSocket: class {} } },
    { url: "https://h/", getToken, environment: { WebSocket: undefined } },
  ]) {
    assert.throws(() => new HandselSocket(options), TypeError);
  }
  const { socket } = new World();
  for (const name of ["", undefined, null, 7]) assert.throws(() => socket.connect(name), TypeError);
});
