import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeStorage } from "../storage.js";
import { World, hello, settle } from "./world.js";

const KEY = "outbox.2";
const stored = (storage) => JSON.parse(storage.getItem(KEY));

test("what waits survives a reload and is sent without anybody opening the conversation", async () => {
  const storage = new FakeStorage();
  const world = new World({ storage, storageKey: KEY });
  world.socket.connect("offer_1:2");
  const ids = [world.say("a"), world.say("b")];
  world.socket.disconnect();

  world.begin();
  assert.deepEqual(world.socket.pending("offer_1:2").map((message) => message.client_message_id), ids);
  const socket = await world.greeted();
  assert.deepEqual(socket.of("message"), [{ type: "message", content: "a", client_message_id: ids[0] }]);
  socket.stores(1);
  assert.deepEqual(stored(storage)["offer_1:2"].map((message) => message.content), ["b"]);
  socket.stores(2);
  assert.equal(socket.closedBy.code, 1000, "nobody wants it any more");
  assert.deepEqual([storage.values.size, world.clock.running], [0, 0]);
});

test("what was answered or refused is not there after a reload", async () => {
  const storage = new FakeStorage();
  const world = new World({ storage, storageKey: KEY });
  await world.open();
  world.say("a");
  world.server.last.stores(1);
  world.socket.disconnect();
  world.begin();
  await settle();
  assert.deepEqual([world.server.count, storage.values.size], [1, 0]);
});

test("each conversation with something waiting gets a connection, by the name under which it was queued", async () => {
  const storage = new FakeStorage();
  const world = new World({ storage, storageKey: KEY });
  for (const name of ["offer_1", "need_3:2"]) {
    world.socket.connect(name);
    world.say("a", name);
  }
  world.socket.disconnect();
  world.begin();
  await settle();
  assert.deepEqual(world.server.sockets.map(({ path }) => path), ["/ws/chat/offer_1/", "/ws/chat/need_3%3A2/"]);
  world.server.sockets[0].says(hello());
  assert.deepEqual(Object.keys(stored(storage)).sort(), ["need_3:2", "offer_1:2"], "the key, once it is known");
});

const many = (count) =>
  JSON.stringify(
    Object.fromEntries(
      Array.from({ length: count }, (_, place) => [
        `offer_${place}:2`,
        [{ client_message_id: `m${place}`, content: "a", created_at: "2026-11-23T08:00:00.000Z" }],
      ]),
    ),
  );

test("many conversations are carried a few at a time, so that no other window loses its sockets", async () => {
  const storage = new FakeStorage();
  storage.setItem(KEY, many(25));
  const world = new World({ storage, storageKey: KEY });
  await settle();
  let open = world.server.sockets;
  assert.equal(open.length, 3);
  open[1].closes(4009, "too_many_sockets");
  for (let seq = 1; seq < 25; seq += 1) {
    await settle();
    open = world.server.sockets.filter((one) => !one.closedBy && one !== world.server.sockets[1]);
    assert.ok(open.length <= 3, `${open.length}`);
    const [chat] = open;
    const conversation = decodeURIComponent(chat.path.split("/")[3]);
    chat.says(hello({ heads: { [conversation]: 0 } }));
    chat.stores(1, { conversation });
  }
  assert.deepEqual([world.server.count, Object.keys(stored(storage))], [25, ["offer_1:2"]]);
});

test("where the page connects the inbox at once, that carries them all", async () => {
  const storage = new FakeStorage();
  storage.setItem(KEY, many(5));
  const world = new World({ storage, storageKey: KEY });
  const inbox = await world.open("inbox");
  assert.deepEqual([world.server.count, inbox.said.length], [1, 5]);
});

test("a component that opens the conversation shares that connection", async () => {
  const storage = new FakeStorage();
  const world = new World({ storage, storageKey: KEY });
  world.socket.connect("offer_1:2");
  world.say("a");
  world.socket.disconnect();
  world.begin();
  world.socket.connect("offer_1:2");
  const socket = await world.greeted();
  socket.stores(1);
  assert.deepEqual([world.server.count, socket.closedBy], [1, null]);
});

test("the recipient that an owner named is kept, too", async () => {
  const storage = new FakeStorage();
  const world = new World({ storage, storageKey: KEY });
  world.socket.connect("offer_1");
  world.socket.send("offer_1", { type: "message", content: "a", recipient_id: 2 });
  world.socket.disconnect();
  world.begin();
  const socket = await world.greeted(hello({ user: 1 }));
  assert.equal(socket.of("message")[0].recipient_id, 2);
  socket.stores(1, { sender: 1 });
  assert.deepEqual(world.socket.pending("offer_1"), []);
});

test("a refused conversation is given up after a reload as well", async () => {
  const storage = new FakeStorage();
  const world = new World({ storage, storageKey: KEY });
  world.socket.connect("offer_1:2");
  const id = world.say("a");
  world.socket.disconnect();
  world.begin();
  await settle();
  world.server.last.closes(4003, "not_a_participant");
  assert.equal(world.of("error")[0].client_message_id, id);
  assert.deepEqual([storage.values.size, world.states().at(-1), world.clock.running], [0, "disconnected", 0]);
});

test("a refused token keeps what waits for the next log-in", async () => {
  const storage = new FakeStorage();
  const world = new World({ storage, storageKey: KEY });
  world.socket.connect("offer_1:2");
  world.say("a");
  world.socket.disconnect();
  world.token = null;
  world.begin();
  await settle();
  assert.equal(world.states().at(-1), "closed");
  world.socket.disconnect();
  world.token = "token-2";
  world.begin();
  const socket = await world.greeted();
  assert.deepEqual(socket.said, ["a"]);
});

test("a storage that throws changes nothing but the reload", async () => {
  const fails = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const world = new World({ storage: { getItem: fails, setItem: fails, removeItem: fails }, storageKey: KEY });
  const socket = await world.open();
  world.say("a");
  socket.stores(1);
  assert.deepEqual([socket.said, world.socket.pending("offer_1:2")], [["a"], []]);
});

test("whatever else stands in the storage is not heeded", async () => {
  const good = { client_message_id: "m1", content: "a", created_at: "2026-11-23T08:00:00.000Z" };
  for (const text of [
    "no JSON", "null", "7", "[]", '{"offer_1:2":null}', '{"offer_1:2":[]}', '{"offer_1:2":{"length":1}}',
    JSON.stringify({ "offer_1:2": [null, 7, {}, { ...good, content: 7 }, { ...good, client_message_id: "" }] }),
    JSON.stringify({ "offer_1:2": [{ ...good, client_message_id: "x".repeat(65) }, { ...good, recipient_id: "2" }] }),
  ]) {
    const storage = new FakeStorage();
    storage.setItem(KEY, text);
    const world = new World({ storage, storageKey: KEY });
    await settle();
    assert.equal(world.server.count, 0, text);
  }
  const storage = new FakeStorage();
  const many = Array.from({ length: 300 }, (_, place) => ({ ...good, client_message_id: `m${place}` }));
  storage.setItem(KEY, JSON.stringify({ "offer_1:2": [{}, ...many] }));
  const { socket } = new World({ storage, storageKey: KEY });
  assert.equal(socket.pending("offer_1:2").length, 100);
});

test("without a key nothing is stored", async () => {
  const storage = new FakeStorage();
  const world = new World({ storage });
  await world.open();
  world.say("a");
  assert.equal(storage.values.size, 0);
});
