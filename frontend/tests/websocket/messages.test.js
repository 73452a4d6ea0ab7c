import assert from "node:assert/strict";
import { test } from "node:test";

import { SendError } from "../../src/utils/websocket.js";
import { World, hello, message, refusal, settle } from "./world.js";

const contents = (world, name = "offer_1:2") => world.socket.pending(name).map(({ content }) => content);

test("a message is sent with an id of its own, waits for its entry, and waits no longer", async () => {
  const world = new World();
  const socket = await world.open();
  const id = world.say("Hello!");
  assert.deepEqual(socket.of("message"), [{ type: "message", content: "Hello!", client_message_id: id }]);
  assert.deepEqual(world.socket.pending("offer_1:2"), [
    { client_message_id: id, content: "Hello!", created_at: "2026-11-23T08:00:00.000Z" },
  ]);
  let pendingThen;
  world.socket.addEventListener("message", () => (pendingThen = contents(world)));
  socket.stores(1);
  assert.deepEqual([pendingThen, contents(world), world.seqs()], [[], [], [1]]);
  socket.breaks();
  await world.pass(500);
  await world.greeted();
  assert.deepEqual(world.server.last.said, [], "it is never sent a second time");
});

test("one message is under way at a time, in the order of writing", async () => {
  const world = new World();
  const socket = await world.open();
  for (const content of ["a", "b", "c"]) world.say(content);
  assert.deepEqual(socket.said, ["a"]);
  socket.stores(1);
  assert.deepEqual(socket.said, ["a", "b"]);
  socket.says(message(2));
  assert.deepEqual(socket.said, ["a", "b"], "somebody else's entry answers nothing");
  socket.stores(3);
  socket.stores(4);
  assert.deepEqual([socket.said, contents(world)], [["a", "b", "c"], []]);
});

test("what is written before the first hello, or while offline, is sent in order when there is a socket", async () => {
  const world = new World();
  world.socket.connect("offer_1:2");
  world.say("a");
  const socket = await world.greeted();
  assert.deepEqual(socket.said, ["a"]);
  socket.stores(1);
  socket.breaks();
  world.say("b");
  world.say("c");
  await world.pass(500);
  const next = await world.greeted();
  assert.deepEqual(next.said, ["b"]);
  next.stores(2);
  assert.deepEqual(next.said, ["b", "c"]);
});

test("what may not have arrived is sent again with the same id", async () => {
  const world = new World();
  const socket = await world.open();
  const id = world.say("a");
  world.say("b");
  socket.breaks();
  await world.pass(500);
  const next = await world.greeted();
  assert.deepEqual(next.of("message"), [{ type: "message", content: "a", client_message_id: id }]);
  next.stores(1, { repeat: true });
  assert.deepEqual(next.said, ["a", "b"]);
  assert.equal(world.of("message")[0].repeat, true);
});

test("what arrived before the break and comes in the replay is answered by it", async () => {
  const world = new World();
  const socket = await world.open();
  const id = world.say("a");
  world.say("b");
  socket.breaks();
  await world.pass(500);
  const next = await world.greeted(hello({ heads: { "offer_1:2": 1 } }));
  next.says(message(1, { sender: 2, content: "a", client_message_id: id }));
  assert.deepEqual([next.said, contents(world)], [["a", "b"], ["b"]]);
  next.says(message(1, { sender: 2, content: "a", client_message_id: id, repeat: true }));
  assert.deepEqual([next.said, contents(world), world.seqs()], [["a", "b"], ["b"], [1]]);
});

test("a peer who gives the same id answers nothing", async () => {
  const world = new World();
  const socket = await world.open();
  const id = world.say("a");
  socket.says(message(1, { sender: 1, client_message_id: id }));
  assert.deepEqual(contents(world), ["a"]);
});

test("what another tab has sent of the same queue is not sent here", async () => {
  const world = new World();
  const socket = await world.open();
  const ids = ["a", "b", "c"].map((content) => world.say(content));
  socket.says(message(1, { sender: 2, client_message_id: ids[1] }));
  assert.deepEqual(contents(world), ["a", "c"]);
  socket.says(message(2, { sender: 2, client_message_id: ids[0] }));
  assert.deepEqual(socket.said, ["a", "c"]);
});

test("passing troubles make it wait and send the same again, and nothing overtakes it", async () => {
  for (const [code, more, wait] of [
    ["rate_limited", { retry_after_ms: 300 }, 300],
    ["unavailable", { retry_after_ms: 1_000 }, 1_000],
    ["outcome_unknown", {}, 1_000],
    ["some_newer_code", { retry_after_ms: 70 }, 70],
  ]) {
    const world = new World();
    const socket = await world.open();
    const id = world.say("a");
    world.say("b");
    socket.says(refusal(code, { client_message_id: id, ...more }));
    const [error] = world.of("error");
    assert.deepEqual([error.code, error.client_message_id, error.will_retry], [code, id, true]);
    assert.deepEqual(contents(world), ["a", "b"]);
    await world.pass(wait - 1);
    assert.deepEqual(socket.said, ["a"], code);
    await world.pass(1);
    assert.deepEqual(socket.said, ["a", "a"], code);
    assert.equal(socket.of("message")[1].client_message_id, id);
    socket.stores(1);
    assert.deepEqual(socket.said, ["a", "a", "b"], code);
  }
});

test("an entry that comes during the wait ends it", async () => {
  const world = new World();
  const socket = await world.open();
  const id = world.say("a");
  world.say("b");
  socket.says(refusal("outcome_unknown", { client_message_id: id, retry_after_ms: 1_000 }));
  socket.says(message(1, { sender: 2, client_message_id: id }));
  assert.deepEqual(socket.said, ["a", "b"]);
  await world.pass(10_000);
  assert.deepEqual(socket.said, ["a", "b"]);
});

test("a wait is kept over a reconnect", async () => {
  const world = new World();
  const socket = await world.open();
  const id = world.say("a");
  socket.says(refusal("unavailable", { client_message_id: id, retry_after_ms: 5_000 }));
  socket.breaks();
  await world.pass(500);
  const next = await world.greeted();
  assert.deepEqual(next.said, []);
  await world.pass(4_500);
  assert.deepEqual(next.said, ["a"]);
});

test("a message that is refused for good waits no longer, and the next one goes", async () => {
  for (const code of ["content_required", "listing_closed", "client_message_id_conflict"]) {
    const world = new World();
    const socket = await world.open();
    const id = world.say("a");
    world.say("b");
    let pendingThen;
    world.socket.addEventListener("error", () => (pendingThen = contents(world)));
    socket.says(refusal(code, { client_message_id: id, conversation: "offer_1" }));
    const [error] = world.of("error");
    assert.deepEqual(
      [error.connection, error.code, error.message, error.client_message_id, error.will_retry, error.conversation],
      ["offer_1:2", code, code, id, false, "offer_1"],
    );
    assert.deepEqual([pendingThen, socket.said], [["b"], ["a", "b"]]);
    assert.deepEqual(error.dropped, {
      client_message_id: id, content: "a", created_at: "2026-11-23T08:00:00.000Z", conversation: "offer_1:2",
    });
  }
});

test("an error for a message that has come all the same is not told", async () => {
  const world = new World();
  const socket = await world.open();
  const id = world.say("a");
  world.say("b");
  socket.says(message(1, { sender: 2, client_message_id: id }));
  for (const code of ["outcome_unknown", "rate_limited", "unavailable", "content_invalid"]) {
    socket.says(refusal(code, { client_message_id: id, retry_after_ms: 100 }));
  }
  await world.pass(1_000);
  assert.deepEqual([world.of("error"), socket.said], [[], ["a", "b"]]);
});

test("an error that answers no message is told and takes none away", async () => {
  const world = new World();
  const socket = await world.open();
  world.say("a");
  socket.says(refusal("handshake_changed", { conversation: "offer_1:2" }));
  assert.equal("will_retry" in world.of("error")[0], false);
  assert.deepEqual(contents(world), ["a"]);
});

test("at most a hundred wait for a conversation", async () => {
  const world = new World();
  world.socket.connect("offer_1:2");
  world.socket.connect("offer_5:2");
  for (let count = 0; count < 100; count += 1) world.say(String(count));
  assert.throws(() => world.say("one more"), (error) => error instanceof SendError && error.code === "outbox_full");
  world.say("elsewhere", "offer_5:2");
  world.server.last ?? (await settle());
  const socket = world.server.sockets[0];
  socket.says(hello());
  socket.stores(1);
  world.say("now");
  assert.equal(contents(world).length, 100);
});

test("who is not connected cannot send", async () => {
  const world = new World();
  const refused = (error) => error instanceof SendError && error.code === "not_connected";
  for (const frame of [
    { type: "message", content: "a" }, { type: "handshake_start" }, { type: "typing" }, { type: "read", up_to: 1 },
  ]) {
    assert.throws(() => world.socket.send("offer_1:2", frame), refused, frame.type);
  }
  await world.open();
  world.say("a");
  world.socket.disconnect("offer_1:2");
  assert.equal(world.socket.status("offer_1:2").state, "open", "it lingers for what waits");
  assert.throws(() => world.say("b"), refused);
});

test("what the server would close a socket for is not sent at all", async () => {
  const world = new World();
  const socket = await world.open();
  assert.throws(() => world.say("x".repeat(65_536)), (error) => error.code === "content_too_long");
  const start = { type: "handshake_start", terms: { text: "ä".repeat(32_768) } };
  assert.throws(() => world.socket.send("offer_1:2", start), (error) => error.code === "frame_too_large");
  assert.throws(() => world.socket.send("offer_1:2", { type: "message" }), TypeError);
  assert.deepEqual([socket.heard, contents(world)], [[], []]);
});

test("half a character is made whole before it waits, so that an answer can come", async () => {
  const world = new World();
  const socket = await world.open();
  world.say("cut \ud83d");
  assert.deepEqual([socket.said, contents(world)], [["cut \ufffd"], ["cut \ufffd"]]);
});

test("a connection whose last component left stays for what waits, then goes", async () => {
  const world = new World();
  const socket = await world.open();
  world.say("a");
  world.say("b");
  world.socket.disconnect("offer_1:2");
  assert.equal(socket.closedBy, null);
  socket.breaks();
  await world.pass(500);
  const next = await world.greeted();
  next.stores(1);
  assert.equal(next.closedBy, null);
  next.stores(2);
  assert.equal(next.closedBy.code, 1000);
  assert.deepEqual([next.said, world.states().at(-1), world.clock.running], [["a", "b"], "disconnected", 0]);
  assert.equal(world.told.at(-2).type, "message", "the last entry is told before");
});

test("it goes as well after the last message was refused", async () => {
  const world = new World();
  const socket = await world.open();
  const id = world.say("a");
  world.socket.disconnect("offer_1:2");
  socket.says(refusal("content_required", { client_message_id: id }));
  assert.equal(socket.closedBy.code, 1000);
});

test("who comes back while it lingers is greeted and shares it", async () => {
  const world = new World();
  const socket = await world.open();
  world.say("a");
  world.socket.disconnect("offer_1:2");
  world.socket.connect("offer_1:2");
  await settle();
  assert.equal(world.of("hello").length, 2);
  socket.stores(1);
  assert.deepEqual([socket.closedBy, world.server.count], [null, 1]);
});

test("where the conversation is refused, what waits is given up with an error each", async () => {
  for (const [code, reason] of [
    [4000, "conversation_invalid"],
    [4003, "not_a_participant"],
    [4004, "listing_not_found"],
    [4004, ""],
  ]) {
    const world = new World();
    world.socket.connect("offer_1:2");
    const ids = [world.say("a"), world.say("b")];
    await settle();
    world.server.last.closes(code, reason);
    assert.deepEqual(
      world.of("error").map((error) => [error.connection, error.code, error.client_message_id, error.will_retry]),
      ids.map((id) => ["offer_1:2", reason || "conversation_invalid", id, false]),
    );
    assert.deepEqual(
      world.of("error").map(({ dropped }) => [dropped.conversation, dropped.client_message_id, dropped.content]),
      [["offer_1:2", ids[0], "a"], ["offer_1:2", ids[1], "b"]],
    );
    assert.deepEqual(contents(world), []);
    assert.throws(() => world.say("c"), (error) => error.code === "not_connected");
  }
});

test("after a refused token, a suspension or too many windows what waits is kept, and sent when it goes on", async () => {
  for (const [code, reason] of [[4001, "token_expired"], [4003, "account_suspended"], [4009, "too_many_sockets"]]) {
    const world = new World();
    const socket = await world.open();
    world.say("a");
    socket.closes(code, reason);
    await settle();
    assert.deepEqual([world.socket.status("offer_1:2").state, contents(world)], ["closed", ["a"]]);
    world.say("b");
    assert.deepEqual(world.of("error"), []);
    world.token = "token-2";
    world.socket.retry("offer_1:2");
    await world.greeted();
    assert.deepEqual([world.server.last.said, contents(world)], [["a"], ["a", "b"]]);
  }
});

test("what was kept by a connection that nobody wants is sent when somebody connects again", async () => {
  const world = new World();
  const socket = await world.open();
  world.say("a");
  world.socket.disconnect("offer_1:2");
  socket.closes(4009, "too_many_sockets");
  await world.pass(100_000);
  assert.deepEqual([world.server.count, world.socket.status("offer_1:2").state], [1, "closed"]);
  const next = await world.open();
  assert.deepEqual(next.said, ["a"]);
});

test("after everything was disconnected what waits is kept, and sent once something is connected again", async () => {
  const world = new World();
  const socket = await world.open();
  world.socket.addEventListener("message", () => world.socket.disconnect(), { once: true });
  world.say("a");
  socket.says(message(1));
  await world.pass(100_000);
  assert.deepEqual([world.server.count, contents(world), world.clock.running], [1, ["a"], 0]);
  const next = await world.open();
  assert.deepEqual(next.said, ["a"]);
});

test("a wait ends with everything else, and what waited goes at once when it is connected again", async () => {
  const world = new World();
  const socket = await world.open();
  const id = world.say("a");
  socket.says(refusal("unavailable", { client_message_id: id, retry_after_ms: 60_000 }));
  world.socket.disconnect();
  const next = await world.open();
  assert.deepEqual(next.said, ["a"]);
});

test("an entry of another conversation answers nothing, even under the same id", async () => {
  const world = new World();
  await world.open();
  const inbox = await world.open("inbox", hello({ heads: { "need_3:2": 1 } }));
  const id = world.say("a");
  inbox.says(message(2, { sender: 2, conversation: "need_3:2", client_message_id: id }));
  assert.deepEqual(contents(world), ["a"]);
});
