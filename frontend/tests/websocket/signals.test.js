import assert from "node:assert/strict";
import { test } from "node:test";

import { World, hello, refusal } from "./world.js";

const read = (world, upTo, name = "offer_1:2") => world.socket.send(name, { type: "read", up_to: upTo });
const type = (world, name = "offer_1:2") => world.socket.send(name, { type: "typing" });
const cursors = (socket) => socket.of("read").map((frame) => frame.up_to);
const steps = ["handshake_start", "handshake_approve", "handshake_decline", "handshake_cancel", "handshake_complete"];

test("handshake steps are sent now, as they are given, or not at all", async () => {
  const world = new World();
  world.socket.connect("offer_1:2");
  for (const step of steps) {
    assert.throws(() => world.socket.send("offer_1:2", { type: step }), (error) => error.code === "not_connected");
  }
  const socket = await world.greeted();
  assert.deepEqual(socket.heard, [], "none was queued");
  for (const step of steps) {
    assert.equal(world.socket.send("offer_1:2", { type: step, version: 3, note: "n" }), undefined);
  }
  assert.deepEqual(socket.heard, steps.map((step) => ({ type: step, version: 3, note: "n" })));
  socket.breaks();
  assert.throws(() => world.socket.send("offer_1:2", { type: steps[0] }), (error) => error.code === "not_connected");
});

test("a message and a step go in the order in which they were made", async () => {
  const world = new World();
  const socket = await world.open();
  world.say("a");
  world.socket.send("offer_1:2", { type: "handshake_start" });
  assert.deepEqual(socket.heard.map((frame) => frame.type), ["message", "handshake_start"]);
});

test("typing is said at most once in three seconds, and anew after a message", async () => {
  const world = new World();
  const socket = await world.open();
  for (let key = 0; key < 10; key += 1) {
    type(world);
    await world.pass(500);
  }
  assert.equal(socket.of("typing").length, 2);
  type(world);
  world.say("done");
  type(world);
  assert.equal(socket.of("typing").length, 3);
});

test("typing is said only while the socket is open, and then at once", async () => {
  const world = new World();
  const first = await world.open();
  first.breaks();
  type(world);
  await world.pass(500);
  const socket = await world.greeted();
  assert.equal(socket.of("typing").length, 0);
  type(world);
  assert.equal(socket.of("typing").length, 1);
});

test("cursors go at most five a second, the furthest of each conversation", async () => {
  const world = new World();
  const socket = await world.open();
  const other = await world.open("need_3:2", hello({ heads: { "need_3:2": 0 } }));
  for (let seq = 1; seq <= 40; seq += 1) {
    read(world, seq);
    await world.pass(25);
  }
  await world.pass(200);
  const sent = cursors(socket);
  assert.ok(sent.length <= 6, `${sent}`);
  assert.deepEqual([sent[0], sent.at(-1)], [1, 40]);
  assert.deepEqual(sent, [...sent].sort((a, b) => a - b));
  read(world, 41);
  read(world, 9, "need_3:2");
  read(world, 5, "need_3:2");
  assert.deepEqual([cursors(socket).at(-1), cursors(other)], [41, []]);
  await world.pass(200);
  assert.deepEqual(cursors(other), [9]);
});

test("a cursor that does not move is not sent", async () => {
  const world = new World();
  const socket = await world.open();
  for (const upTo of [3, 3, 2]) {
    read(world, upTo);
    await world.pass(1_000);
  }
  assert.deepEqual(cursors(socket), [3]);
  for (const upTo of [undefined, "3", 1.5, NaN]) assert.throws(() => read(world, upTo), TypeError);
});

test("a cursor waits for the socket, and goes again where the server has not heard of it", async () => {
  const world = new World();
  world.socket.connect("offer_1:2");
  read(world, 3);
  let socket = await world.greeted();
  assert.deepEqual(cursors(socket), [3]);
  for (const [heard, expected] of [[0, [3]], [3, []], [2, [3]]]) {
    await world.pass(10_000);
    socket.breaks();
    await world.pass(500);
    const greeting = hello({ heads: { "offer_1:2": 5 } });
    greeting.conversations[0].read_up_to = heard;
    socket = await world.greeted(greeting);
    await world.pass(200);
    assert.deepEqual(cursors(socket), expected, `the server says ${heard}`);
  }
});

test("where the server has gone back, a cursor of before reads nothing", async () => {
  const world = new World();
  let socket = await world.open("offer_1:2", hello({ heads: { "offer_1:2": 50 } }));
  read(world, 50);
  await world.pass(500);
  for (const greeting of [hello({ heads: { "offer_1:2": 5 }, reset: true }), hello({ heads: { "offer_1:2": 60 } })]) {
    socket.breaks();
    await world.pass(2_000);
    socket = await world.greeted(greeting);
    await world.pass(2_000);
    assert.deepEqual(cursors(socket), []);
  }
  read(world, 7);
  assert.deepEqual(cursors(socket), [7]);
});

test("a cursor that may have been refused is sent again after the server's time", async () => {
  const world = new World();
  const socket = await world.open();
  read(world, 3);
  socket.says(refusal("unavailable", { conversation: "offer_1:2", retry_after_ms: 1_000 }));
  await world.pass(999);
  assert.deepEqual(cursors(socket), [3]);
  await world.pass(1);
  assert.deepEqual(cursors(socket), [3, 3]);
});

test("a cursor by the short form is one by the key, once that is known", async () => {
  const world = new World();
  world.socket.connect("offer_1");
  read(world, 3, "offer_1");
  const greeting = hello({ heads: { "offer_1:2": 5 } });
  greeting.conversations[0].read_up_to = 3;
  const socket = await world.greeted(greeting);
  await world.pass(1_000);
  assert.deepEqual(cursors(socket), []);
  read(world, 4, "offer_1:2");
  assert.deepEqual(cursors(socket), [4]);
});

test("what the peer does is told by the names of the table", async () => {
  const world = new World();
  const socket = await world.open();
  socket.says(
    { type: "read", read: { conversation: "offer_1:2", reader_id: 1, up_to: 7 } },
    { type: "typing", typing: { conversation: "offer_1:2", user_id: 1 } },
    { type: "presence", presence: { user_id: 1, online: true } },
  );
  const connection = "offer_1:2";
  assert.deepEqual(world.told.slice(-3), [
    { type: "read", connection, conversation: "offer_1:2", reader_id: 1, up_to: 7 },
    { type: "typing", connection, conversation: "offer_1:2", user_id: 1 },
    { type: "presence", connection, user_id: 1, online: true },
  ]);
});

test("a cursor by the short form is sent under the key where the server has not heard of it", async () => {
  const world = new World();
  const inbox = await world.open("inbox", hello({ heads: { "offer_1:2": 5 } }));
  world.socket.connect("offer_1");
  read(world, 5, "offer_1");
  const socket = await world.greeted(hello({ heads: { "offer_1:2": 5 } }));
  await world.pass(1_000);
  assert.deepEqual([cursors(socket), cursors(inbox)], [[5], []]);
});

test("a clock that is set back does not stop typing", async () => {
  const world = new World();
  const socket = await world.open();
  type(world);
  await world.pass(1_000);
  world.clock.now -= 3_600_000;
  type(world);
  assert.equal(socket.of("typing").length, 2);
});
