import assert from "node:assert/strict";
import { test } from "node:test";

import { INBOX } from "../../src/utils/websocket.js";
import { World, hello, settle } from "./world.js";

const contents = (world, name = "offer_1:2") => world.socket.pending(name).map(({ content }) => content);

test("what was queued by two names is sent in the order in which it was written", async () => {
  const world = new World();
  world.socket.connect("offer_1:2");
  world.socket.connect("offer_1");
  for (const [content, name] of [["a", "offer_1"], ["b", "offer_1:2"], ["c", "offer_1"], ["d", "offer_1:2"]]) {
    world.say(content, name);
    await world.pass(1);
  }
  world.server.sockets[0].says(hello());
  assert.deepEqual(contents(world), ["a", "b", "c", "d"]);
});

test("what is under way stays in front of what another name brings", async () => {
  const world = new World();
  world.socket.connect("offer_1");
  world.say("a", "offer_1");
  await world.pass(1);
  world.socket.connect("inbox");
  await world.pass(1);
  world.server.last.says(hello({ heads: {} }));
  world.say("b", "offer_1:2");
  assert.deepEqual(world.server.last.said, ["b"]);
  world.server.sockets[0].says(hello());
  assert.deepEqual(contents(world), ["b", "a"]);
});

test("what was queued by the short form and by the key is one queue", async () => {
  const world = new World();
  world.socket.connect("offer_1:2");
  world.socket.connect("offer_1");
  world.say("a", "offer_1:2");
  world.say("b", "offer_1");
  await settle();
  const [byKey, byShort] = world.server.sockets;
  byShort.says(hello());
  byKey.says(hello());
  assert.deepEqual([contents(world, "offer_1"), contents(world, "offer_1:2")], [["a", "b"], ["a", "b"]]);
  assert.deepEqual([...byShort.said, ...byKey.said], ["a"]);
  const sender = byShort.said.length ? byShort : byKey;
  sender.stores(1);
  assert.deepEqual([...byShort.said, ...byKey.said].sort(), ["a", "b"]);
  assert.deepEqual(contents(world), ["b"]);
});

test("a message whose connection breaks goes by the other one of the same conversation", async () => {
  const world = new World();
  const byKey = await world.open("offer_1:2");
  const byShort = await world.open("offer_1");
  world.say("a");
  const [sender, other] = byKey.said.length ? [byKey, byShort] : [byShort, byKey];
  sender.breaks();
  assert.deepEqual(other.said, ["a"]);
});

test("a connection does not stay for what another one of the same conversation will send", async () => {
  const world = new World();
  const byKey = await world.open("offer_1:2");
  const byShort = await world.open("offer_1");
  world.say("a");
  world.socket.disconnect("offer_1:2");
  assert.deepEqual([byKey.closedBy?.code, byShort.closedBy, byShort.said], [1000, null, ["a"]]);
});

test("one connection that is refused gives nothing up while another one of the conversation is open", async () => {
  const world = new World();
  const byKey = await world.open("offer_1:2");
  const byShort = await world.open("offer_1");
  world.say("a");
  byKey.closes(4003, "not_a_participant");
  assert.deepEqual([world.of("error"), contents(world), byShort.said], [[], ["a"], ["a"]]);
});

test("a connection that breaks makes nothing be sent again that is under way by another", async () => {
  const world = new World();
  const byKey = await world.open("offer_1:2");
  const byShort = await world.open("offer_1");
  world.say("a");
  const [sender, other] = byKey.said.length ? [byKey, byShort] : [byShort, byKey];
  other.breaks();
  assert.deepEqual(sender.said, ["a"]);
});

test("the inbox tells which conversation a respondent's short form is", async () => {
  const world = new World();
  world.socket.connect(INBOX);
  world.socket.connect("offer_1");
  world.say("a", "offer_1");
  world.socket.disconnect("offer_1");
  await world.pass(1);
  world.socket.connect("offer_1:2");
  world.say("b", "offer_1:2");
  await settle();
  const socket = (path) => world.server.sockets.findLast((one) => one.path.startsWith(path));
  socket("/ws/inbox/").says(hello());
  assert.deepEqual(world.socket.pending("offer_1:2").map(({ content }) => content), ["a", "b"]);
  assert.deepEqual(world.socket.pending("offer_1").length, 2);
  const chat = socket("/ws/chat/offer_1%3A2/");
  chat.says(hello());
  assert.deepEqual([chat.said, socket("/ws/inbox/").said], [["a"], []]);
});

test("so does the entry with which it begins", async () => {
  const world = new World();
  const inbox = await world.open(INBOX, hello({ heads: {} }));
  world.say("a", "offer_1");
  world.say("b", "offer_1");
  inbox.stores(1);
  assert.deepEqual(inbox.of("message").map(({ conversation }) => conversation), ["offer_1", "offer_1:2"]);
  assert.equal(world.socket.pending("offer_1:2").length, 1);
});
