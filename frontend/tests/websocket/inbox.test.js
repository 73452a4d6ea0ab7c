import assert from "node:assert/strict";
import { test } from "node:test";

import { INBOX } from "../../src/utils/websocket.js";
import { World, handshake, hello, message, settle } from "./world.js";

const greeting = (user = 2) => hello({ user, heads: { "offer_1:2": 4, "offer_1:3": 1 } });

test("the inbox carries what is sent to its conversations, by their names", async () => {
  const world = new World();
  const inbox = await world.open(INBOX, greeting(1));
  const id = world.say("a", "offer_1:2");
  world.socket.send("offer_1:3", { type: "handshake_start", note: "n" });
  world.socket.send("offer_1:2", { type: "typing" });
  world.socket.send("offer_1:2", { type: "read", up_to: 4 });
  assert.deepEqual(inbox.heard, [
    { type: "message", content: "a", client_message_id: id, conversation: "offer_1:2" },
    { type: "handshake_start", note: "n", conversation: "offer_1:3" },
    { type: "typing", conversation: "offer_1:2" },
    { type: "read", up_to: 4, conversation: "offer_1:2" },
  ]);
  assert.equal(world.server.count, 1);
  inbox.says(message(5, { sender: 1, client_message_id: id }));
  assert.deepEqual(world.socket.pending("offer_1:2"), []);
});

test("a frame for the inbox itself names its conversation", async () => {
  const world = new World();
  const inbox = await world.open(INBOX, greeting());
  world.socket.send(INBOX, { type: "message", content: "a", conversation: "offer_1:2" });
  assert.equal(inbox.of("message")[0].conversation, "offer_1:2");
  assert.equal(world.socket.pending("offer_1:2").length, 1);
  const nameless = () => world.socket.send(INBOX, { type: "message", content: "a" });
  assert.throws(nameless, (error) => error.code === "conversation_required");
});

test("each conversation has its own queue: one that waits does not hold up another", async () => {
  const world = new World();
  const inbox = await world.open(INBOX, greeting(1));
  for (const name of ["offer_1:2", "offer_1:3"]) ["a", "b"].forEach((content) => world.say(content, name));
  const sent = inbox.of("message").map((frame) => `${frame.conversation} ${frame.content}`);
  assert.deepEqual(sent, ["offer_1:2 a", "offer_1:3 a"]);
});

test("a connection of the conversation's own is preferred, and waited for", async () => {
  const world = new World();
  const inbox = await world.open(INBOX, greeting());
  world.socket.connect("offer_1:2");
  world.say("a");
  assert.throws(
    () => world.socket.send("offer_1:2", { type: "handshake_start" }),
    (error) => error.code === "not_connected",
  );
  assert.deepEqual(inbox.heard, []);
  const chat = await world.greeted();
  assert.deepEqual([chat.said, inbox.said], [["a"], []]);
});

test("where that one has given up, the inbox carries it", async () => {
  const world = new World();
  const chat = await world.open();
  const inbox = await world.open(INBOX, greeting());
  world.say("a");
  chat.closes(4009, "too_many_sockets");
  assert.deepEqual(inbox.said, ["a"]);
});

test("an entry that comes by the inbox answers what was sent by the chat", async () => {
  const world = new World();
  const chat = await world.open();
  const inbox = await world.open(INBOX, greeting());
  const id = world.say("a");
  world.say("b");
  inbox.says(message(5, { sender: 2, client_message_id: id }));
  assert.deepEqual(chat.said, ["a", "b"]);
});

test("an owner's short form carries the keys of its listing", async () => {
  const world = new World();
  const socket = await world.open("offer_1", greeting(1));
  world.say("a", "offer_1:2");
  assert.equal(socket.of("message")[0].conversation, "offer_1:2");
  assert.throws(() => world.say("a", "offer_7:2"), (error) => error.code === "not_connected");
});

test("on an owner's short form a frame may name whom it is for", async () => {
  const world = new World();
  const socket = await world.open("offer_1", greeting(1));
  world.socket.send("offer_1", { type: "message", content: "a", conversation: "offer_1:3" });
  world.socket.send("offer_1", { type: "message", content: "b", recipient_id: 2 });
  world.socket.send("offer_1", { type: "read", up_to: 1, recipient_id: 3 });
  world.socket.send("offer_1", { type: "handshake_start", recipient_id: 2 });
  const addressed = socket.heard.map(({ conversation }) => conversation);
  assert.deepEqual(addressed, ["offer_1:3", "offer_1:2", "offer_1:3", "offer_1:2"]);
  assert.equal(world.socket.pending("offer_1:2").length, 1);
  socket.says(message(5, { sender: 1, client_message_id: socket.of("message")[1].client_message_id }));
  assert.deepEqual(world.socket.pending("offer_1:2"), []);
});

test("whom an owner names and the key are one queue, so that nothing overtakes", async () => {
  const world = new World();
  const socket = await world.open("offer_1", greeting(1));
  world.socket.send("offer_1", { type: "message", content: "a", recipient_id: 2 });
  world.say("b", "offer_1:2");
  world.socket.send("offer_1", { type: "message", content: "elsewhere", recipient_id: 3 });
  assert.deepEqual(socket.said, ["a", "elsewhere"]);
});

test("the conversation that a frame names counts before the first hello, too", async () => {
  const world = new World();
  world.socket.connect("offer_1");
  world.socket.send("offer_1", { type: "message", content: "a", conversation: "offer_1:3" });
  const socket = await world.greeted(greeting(1));
  assert.deepEqual(socket.of("message").map(({ conversation }) => conversation), ["offer_1:3"]);
});

test("an owner who comes later is told of the conversations that have begun since", async () => {
  const world = new World();
  const socket = await world.open("offer_1", hello({ user: 1, heads: {} }));
  socket.says(message(1, { sender: 2 }), message(2, { sender: 2 }), message(40, { conversation: "offer_1:7" }));
  socket.says(handshake(1, { conversation: "offer_1:9" }));
  world.socket.connect("offer_1");
  await settle();
  const peer = { id: 2, username: "u", full_name: "U" };
  const [shaken, ...written] = world.of("hello")[1].hello.conversations;
  assert.deepEqual(written, [
    { conversation: "offer_1:2", head: 2, read_up_to: 0, peer_read_up_to: 0, peer, online: true },
  ]);
  assert.deepEqual([shaken.conversation, shaken.head, shaken.peer], ["offer_1:9", 1, undefined]);
});

test("a respondent's short form carries no other key", async () => {
  const world = new World();
  await world.open("offer_1");
  assert.throws(() => world.say("a", "offer_1:3"), (error) => error.code === "not_connected");
});

test("what waits when the inbox goes is carried by a connection of its own, till it is answered", async () => {
  const world = new World();
  const inbox = await world.open(INBOX, greeting());
  const id = world.say("a", "offer_1:2");
  world.socket.disconnect(INBOX);
  assert.equal(inbox.closedBy.code, 1000);
  const chat = await world.greeted();
  assert.equal(chat.path, "/ws/chat/offer_1%3A2/");
  assert.deepEqual(chat.of("message"), [{ type: "message", content: "a", client_message_id: id }]);
  chat.stores(1);
  assert.equal(chat.closedBy.code, 1000);
});

test("where the inbox breaks, what was under way is sent again when it is back", async () => {
  const world = new World();
  const inbox = await world.open(INBOX, greeting());
  world.say("a", "offer_1:2");
  inbox.breaks();
  world.say("b", "offer_1:2");
  await world.pass(500);
  const next = await world.greeted(greeting());
  assert.deepEqual(next.said, ["a"]);
  next.says(message(5, { sender: 2, client_message_id: next.of("message")[0].client_message_id }));
  await settle();
  assert.deepEqual(next.said, ["a", "b"]);
});
