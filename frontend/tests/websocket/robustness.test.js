import assert from "node:assert/strict";
import { test } from "node:test";

import { World, hello, message, settle } from "./world.js";

test("whatever a server sends that is not understood is not heeded", async () => {
  const world = new World();
  const socket = await world.open();
  const before = world.told.length;
  const junk = [
    "", "no JSON", "null", "7", "[]", "{}", '{"type":7}', '{"type":"constructor"}', '{"type":"__proto__"}',
    '{"type":"message"}', '{"type":"message","message":null}', '{"type":"message","message":{"seq":1}}',
    '{"type":"message","message":{"conversation":"offer_1:2","seq":"1"}}', '{"type":"handshake","handshake":[]}',
    '{"type":"read"}', '{"type":"typing","typing":7}', '{"type":"error"}', '{"type":"auth"}', '{"type":"pong"}',
    '{"type":"something newer","something newer":{"a":1}}', '{"type":"hello"}', new ArrayBuffer(3), undefined,
  ];
  for (const data of junk) socket.raw(data);
  assert.equal(world.told.length, before);
  socket.says(message(1));
  assert.deepEqual([world.seqs(), world.server.count], [[1], 1]);
});

test("a hello with little in it is one", async () => {
  const world = new World();
  const socket = await world.open("offer_1:2", { type: "hello", user_id: 2, conversations: [null, {}, { head: 1 }] });
  assert.equal(world.socket.status("offer_1:2").state, "open");
  assert.deepEqual(world.of("hello")[0].hello.conversations, []);
  socket.says(message(1));
  assert.deepEqual(world.seqs(), [1]);
  await world.pass(25_000);
  assert.equal(socket.of("ping").length, 1);
});

test("entries before the hello are none", async () => {
  const world = new World();
  world.socket.connect("offer_1:2");
  await settle();
  world.server.last.says(message(1), hello({ heads: { "offer_1:2": 4 } }), message(5));
  assert.deepEqual(world.seqs(), [5]);
});

test("a listener that throws breaks nothing", async () => {
  const thrown = [];
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => thrown.push(error.message));
  try {
    const world = new World();
    for (const type of ["hello", "message", "status", "error"]) {
      world.socket.addEventListener(type, () => {
        throw new Error(type);
      });
    }
    const socket = await world.open();
    world.say("a");
    world.say("b");
    socket.stores(1);
    socket.says({ type: "error", code: "x", message: "x" }, message(2));
    await settle();
    assert.deepEqual([socket.said, world.seqs()], [["a", "b"], [1, 2]]);
    assert.deepEqual(thrown, ["status", "status", "hello", "message", "error", "message"]);
  } finally {
    process.removeAllListeners("uncaughtException");
    for (const other of others) process.on("uncaughtException", other);
  }
});

test("a listener may disconnect whenever it is told something", async () => {
  for (const type of ["status", "hello", "message", "error", "read"]) {
    const world = new World();
    if (type === "hello") world.socket.addEventListener(type, () => world.socket.disconnect());
    const socket = await world.open();
    if (type !== "hello") {
      world.say("a");
      world.socket.addEventListener(type, () => world.socket.disconnect());
    }
    socket.says({ type: "read", read: { conversation: "offer_1:2", reader_id: 1, up_to: 1 } });
    socket.says({ type: "error", code: "x", message: "x" });
    socket.says(message(1));
    socket.breaks();
    await world.pass(1_000);
    assert.deepEqual([world.states().at(-1), world.server.count, world.clock.running], ["disconnected", 1, 0], type);
  }
});

test("a listener that disconnects on each state leaves nothing behind", async () => {
  for (const state of ["connecting", "open", "waiting", "closed"]) {
    const world = new World();
    world.socket.addEventListener("status", ({ detail }) => {
      if (detail.state === state) world.socket.disconnect();
    });
    world.socket.connect("offer_1:2");
    await settle();
    world.server.last?.says(hello());
    await settle();
    world.server.last?.closes(state === "closed" ? 4004 : 1006);
    await world.pass(1_000);
    assert.deepEqual([world.states().at(-1), world.clock.running], ["disconnected", 0], state);
  }
});

test("a listener may connect again when it is told that the connection is gone", async () => {
  const world = new World();
  let again = true;
  world.socket.addEventListener("status", ({ detail }) => {
    if (detail.state !== "disconnected" || !again) return;
    again = false;
    world.socket.connect("offer_1:2");
  });
  await world.open();
  world.socket.disconnect("offer_1:2");
  await world.greeted();
  assert.deepEqual([world.server.count, world.socket.status("offer_1:2").state], [2, "open"]);
});

test("a listener may send and retry while it is told something", async () => {
  const world = new World();
  world.socket.addEventListener("hello", () => world.say("at hello"));
  world.socket.addEventListener("status", ({ detail }) => {
    if (detail.state === "waiting") world.socket.retry("offer_1:2");
  });
  const socket = await world.open("offer_1", hello());
  assert.deepEqual(socket.said, ["at hello"], "the key is known by then");
  socket.breaks();
  await settle();
  assert.equal(world.server.count, 2);
});

test("two managers do not disturb each other", async () => {
  const [ada, bo] = [new World(), new World()];
  await ada.open("offer_1", hello({ user: 1 }));
  await bo.open();
  bo.server.last.says(message(1));
  ada.socket.disconnect();
  assert.deepEqual([ada.seqs("offer_1"), bo.seqs(), bo.socket.status("offer_1:2").state], [[], [1], "open"]);
});
