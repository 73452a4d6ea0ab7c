import assert from "node:assert/strict";
import { test } from "node:test";

import { INBOX } from "../../src/utils/websocket.js";
import { World, handshake, hello, message } from "./world.js";

test("each entry is told once, in order, with what it is", async () => {
  const world = new World();
  const socket = await world.open("offer_1:2", hello({ heads: { "offer_1:2": 4 } }));
  socket.says(message(4), message(5), message(5), handshake(6), message(5), message(7), handshake(6));
  assert.deepEqual(world.seqs(), [5, 6, 7]);
  const [first] = world.of("message");
  assert.deepEqual([first.connection, first.conversation, first.repeat], ["offer_1:2", "offer_1:2", false]);
  assert.equal(first.message.content, "#5");
  assert.equal(world.of("handshake")[0].handshake.version, 6);
});

test("a repetition is told as one, and moves nothing", async () => {
  const world = new World();
  const socket = await world.open("offer_1:2", hello({ heads: { "offer_1:2": 4 } }));
  socket.says(handshake(2, { repeat: true }), message(9, { repeat: true }), message(5));
  assert.deepEqual(world.told.filter((event) => event.repeat).map((event) => event.seq), [2, 9]);
  assert.deepEqual(world.seqs(), [5]);
  socket.breaks();
  await world.pass(500);
  assert.equal(world.server.last.path, "/ws/chat/offer_1%3A2/?after=5");
});

test("after a break it goes on behind the last entry that was told", async () => {
  const world = new World();
  const socket = await world.open("offer_1:2", hello({ heads: { "offer_1:2": 4 } }));
  socket.says(message(5), message(6));
  socket.breaks();
  await world.pass(500);
  const next = await world.greeted(hello({ heads: { "offer_1:2": 8 } }));
  assert.equal(next.path, "/ws/chat/offer_1%3A2/?after=6");
  assert.equal(world.of("hello").at(-1).resumed, true);
  next.says(message(7), message(8));
  socket.says(message(7), message(8), message(9));
  next.says(message(9));
  assert.deepEqual(world.seqs(), [5, 6, 7, 8, 9], "and nothing of the old socket counts");
});

test("it resumes from the head of the first hello where nothing came, also from 0", async () => {
  for (const [heads, after] of [[{ "offer_1:2": 4 }, 4], [{ "offer_1:2": 0 }, 0], [{}, 0]]) {
    const world = new World();
    const socket = await world.open("offer_1:2", hello({ user: 1, heads }));
    socket.breaks();
    await world.pass(500);
    assert.equal(world.server.last.path, `/ws/chat/offer_1%3A2/?after=${after}`);
  }
});

test("a try that failed before any hello resumes nothing", async () => {
  const world = new World();
  world.socket.connect("offer_1:2");
  await world.pass(0);
  world.server.last.breaks();
  await world.pass(500);
  await world.greeted(hello({ heads: { "offer_1:2": 3 } }));
  assert.equal(world.server.last.path, "/ws/chat/offer_1%3A2/");
  assert.equal(world.of("hello")[0].resumed, false);
});

test("a respondent's own short form resumes, an owner's and the inbox do not", async () => {
  for (const [name, user, path, resumed] of [
    ["offer_1", 2, "/ws/chat/offer_1/?after=3", true],
    ["offer_1", 1, "/ws/chat/offer_1/", false],
    [INBOX, 2, "/ws/inbox/", false],
  ]) {
    const world = new World();
    const socket = await world.open(name, hello({ user, heads: { "offer_1:2": 3 } }));
    socket.breaks();
    await world.pass(500);
    const next = await world.greeted(hello({ user, heads: { "offer_1:2": 5 } }));
    assert.equal(next.path, path);
    assert.equal(world.of("hello").at(-1).resumed, resumed);
    next.says(message(6));
    assert.deepEqual(world.seqs(name), resumed ? [] : [6], "from the head on, or from after on");
  }
});

test("where the server has less than was told, it begins anew", async () => {
  const world = new World();
  const socket = await world.open("offer_1:2", hello({ heads: { "offer_1:2": 40 } }));
  socket.breaks();
  await world.pass(500);
  const next = await world.greeted(hello({ heads: { "offer_1:2": 3 }, reset: true }));
  assert.equal(next.path, "/ws/chat/offer_1%3A2/?after=40");
  assert.equal(world.of("hello").at(-1).resumed, false);
  next.says(message(4));
  assert.deepEqual(world.seqs(), [4]);
  next.breaks();
  await world.pass(1_000);
  assert.equal(world.server.last.path, "/ws/chat/offer_1%3A2/?after=4");
});

test("a hole is not shown: it goes back to where the timeline is whole, and not in a hot loop", async () => {
  const world = new World();
  let socket = await world.open("offer_1:2", hello({ heads: { "offer_1:2": 4 } }));
  for (const wait of [500, 1_000, 2_000]) {
    socket.says(message(6));
    assert.deepEqual([socket.closedBy.code, world.socket.status("offer_1:2").state], [1000, "waiting"]);
    assert.equal(world.of("status").at(-1).retry_in_ms, wait);
    await world.pass(wait);
    socket = await world.greeted(hello({ heads: { "offer_1:2": 6 } }));
    assert.equal(socket.path, "/ws/chat/offer_1%3A2/?after=4");
  }
  socket.says(message(5), message(6));
  assert.deepEqual(world.seqs(), [5, 6]);
});

test("an entry of a kind that only newer servers have takes its place, and is not told", async () => {
  const world = new World();
  const socket = await world.open("offer_1:2", hello({ heads: { "offer_1:2": 4 } }));
  socket.says({ type: "redaction", redaction: { conversation: "offer_1:2", seq: 5 } }, message(6));
  assert.deepEqual(world.seqs(), [6]);
});

test("a connection of several conversations has a place in each", async () => {
  const world = new World();
  const socket = await world.open(INBOX, hello({ heads: { "offer_1:2": 4, "need_3:2": 1 } }));
  socket.says(message(5), message(2, { conversation: "need_3:2" }), message(2, { conversation: "need_3:2" }));
  socket.says(message(1, { conversation: "offer_7:2" }), message(6), message(2, { conversation: "offer_7:2" }));
  assert.deepEqual(
    world.of("message").map(({ conversation, seq }) => `${conversation} ${seq}`),
    ["offer_1:2 5", "need_3:2 2", "offer_7:2 1", "offer_1:2 6", "offer_7:2 2"],
  );
  socket.says(message(8));
  assert.equal(world.socket.status(INBOX).state, "waiting", "nor has it a hole");
});

test("a conversation that the inbox did not list begins where it begins", async () => {
  const world = new World();
  const socket = await world.open(INBOX, hello({ heads: {}, more_conversations: true }));
  socket.says(message(70), message(71));
  assert.deepEqual(world.seqs(INBOX), [70, 71]);
});

test("two connections of one conversation each tell everything", async () => {
  const world = new World();
  const chat = await world.open();
  const inbox = await world.open(INBOX);
  for (const socket of [chat, inbox]) socket.says(message(1), message(2));
  assert.deepEqual([world.seqs(), world.seqs(INBOX)], [[1, 2], [1, 2]]);
});
