import assert from "node:assert/strict";
import { test } from "node:test";

import { World, hello, message, refusal, settle } from "./world.js";

const status = (world) => world.socket.status("offer_1:2");

test("a broken connection is tried again after a random time with a growing ceiling", async () => {
  for (const chance of [1, 0.25]) {
    const world = new World();
    world.chance = chance;
    world.socket.connect("offer_1:2");
    for (const ceiling of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      await settle();
      const tries = world.server.count;
      world.server.last.breaks();
      const { state, code, retry_in_ms } = status(world);
      assert.deepEqual([state, code, retry_in_ms], ["waiting", 1006, ceiling * chance]);
      await world.pass(ceiling * chance - 1);
      assert.equal(world.server.count, tries);
      await world.pass(1);
      assert.equal(world.server.count, tries + 1);
      assert.equal(status(world).state, "connecting");
    }
  }
});

test("the codes of passing troubles are tried again, with their reason", async () => {
  for (const code of [1001, 1005, 1006, 1011, 1012, 1013, 4008, 4029]) {
    const world = new World();
    const socket = await world.open();
    socket.closes(code, "because");
    assert.deepEqual([status(world).state, status(world).code, status(world).reason], ["waiting", code, "because"]);
    await world.pass(10_000);
    assert.equal(world.server.count, 2, String(code));
  }
});

test("the codes of lasting troubles are not, until the user wants it", async () => {
  for (const code of [1002, 1003, 1007, 1009, 4000, 4003, 4004, 4009, 4077]) {
    const world = new World();
    const socket = await world.open("offer_1:2", hello({ heads: { "offer_1:2": 3 } }));
    socket.closes(code, "because");
    assert.deepEqual([status(world).state, status(world).code, status(world).reason], ["closed", code, "because"]);
    world.window.fires("online");
    await world.pass(100_000);
    assert.equal(world.server.count, 1, String(code));
    world.socket.retry("offer_1:2");
    world.socket.retry("offer_1:2");
    await world.greeted();
    assert.deepEqual([world.server.count, status(world).state], [2, "open"]);
    assert.equal(world.server.last.path, "/ws/chat/offer_1%3A2/?after=3", "it goes on where it stopped");
  }
});

test("after a restart the clients come back spread over what the server says", async () => {
  for (const code of [1012, 1013]) {
    const world = new World();
    const socket = await world.open("offer_1:2", hello({ reconnect_jitter_ms: 7_000 }));
    socket.closes(code, "restarting");
    assert.equal(status(world).retry_in_ms, 7_000);
  }
});

test("who was too fast waits at least as long as the server says, even when the network comes back", async () => {
  const world = new World();
  world.chance = 0;
  const socket = await world.open();
  socket.says(refusal("rate_limited", { retry_after_ms: 9_000 }));
  socket.closes(4029, "rate_limited");
  assert.equal(status(world).retry_in_ms, 9_000);
  world.window.fires("online");
  await world.pass(8_999);
  assert.equal(world.server.count, 1);
  await world.pass(1);
  assert.equal(world.server.count, 2);
  world.server.last.closes(4029, "rate_limited");
  assert.equal(status(world).retry_in_ms, 5_000, "where it says nothing");
});

test("a hello that is followed by a close is no success: the wait grows", async () => {
  const world = new World();
  await world.open();
  for (const ceiling of [500, 1_000, 2_000, 4_000]) {
    world.server.last.breaks();
    assert.equal(status(world).retry_in_ms, ceiling);
    await world.pass(ceiling);
    await world.greeted();
  }
  await world.pass(9_999);
  world.server.last.breaks();
  assert.equal(status(world).retry_in_ms, 8_000);
  await world.pass(8_000);
  await world.greeted();
  await world.pass(10_000);
  world.server.last.breaks();
  assert.equal(status(world).retry_in_ms, 500, "ten seconds are");
});

test("without a hello no time makes it a success", async () => {
  const world = new World();
  world.socket.connect("offer_1:2");
  await world.pass(15_000);
  world.server.last.breaks();
  await world.pass(500);
  await world.pass(15_000);
  world.server.last.breaks();
  assert.equal(status(world).retry_in_ms, 1_000);
});

test("a try that neither opens nor fails is given up after 20 s", async () => {
  const world = new World();
  world.socket.connect("offer_1:2");
  await world.pass(19_999);
  assert.equal(status(world).state, "connecting");
  await world.pass(1);
  assert.deepEqual([status(world).state, status(world).reason], ["waiting", "timeout"]);
  const [first] = world.server.sockets;
  assert.equal(first.closedBy.code, 1000);
  await world.pass(500);
  first.says(hello());
  assert.equal(status(world).state, "connecting", "it is not heard any more");
  await world.greeted();
  assert.equal(status(world).state, "open");
});

test("a waiting connection tries at once when the network, the page or its turn comes back", async () => {
  for (const [name, back] of [
    ["online", (world) => world.window.fires("online")],
    ["pageshow", (world) => world.window.fires("pageshow")],
    ["visibilitychange", (world) => world.document.fires("visibilitychange")],
    ["retry", (world) => world.socket.retry("offer_1:2")],
    ["a double click", (world) => [1, 2].forEach(() => world.socket.retry("offer_1:2"))],
    ["sleep", (world) => world.clock.sleep(11_000)],
  ]) {
    const world = new World();
    world.socket.connect("offer_1:2");
    for (const wait of [500, 1_000, 2_000, 4_000, 8_000, 16_000]) {
      await settle();
      world.server.last.breaks();
      await world.pass(wait);
    }
    world.server.last.breaks();
    const tries = world.server.count;
    assert.equal(status(world).retry_in_ms, 30_000);
    await back(world);
    await settle();
    assert.equal(world.server.count, tries + 1, name);
  }
});

test("where one connection is greeted the others wait no longer", async () => {
  const world = new World();
  const first = await world.open("offer_1:2");
  const second = await world.open("inbox");
  first.breaks();
  world.chance = 0.001;
  second.breaks();
  await world.pass(1);
  assert.deepEqual([world.server.count, world.server.last.path], [3, "/ws/inbox/"]);
  assert.equal(status(world).state, "waiting");
  await world.greeted();
  assert.deepEqual([world.server.count, world.server.last.path], [4, "/ws/chat/offer_1%3A2/?after=0"]);
  await world.greeted();
  assert.deepEqual([world.server.count, status(world).state], [4, "open"]);
});

test("two connections that are closed after each hello do not wake each other for ever", async () => {
  const world = new World();
  const names = ["offer_1:2", "need_7:2"];
  for (const name of names) world.socket.connect(name);
  const crash = async () => {
    await settle();
    for (const socket of world.server.sockets.filter((one) => !one.crashed)) {
      socket.crashed = true;
      socket.says(hello({ heads: { [decodeURIComponent(socket.path.split("/")[3])]: 0 } }));
      socket.closes(1011);
    }
  };
  for (let round = 0; round < 20; round += 1) await crash();
  assert.equal(world.server.count, 4, "each has woken the other once");
  await world.pass(60_000);
  for (const name of names) world.socket.retry(name);
  await settle();
  for (const socket of world.server.sockets.slice(-2)) socket.says(hello());
  await world.pass(10_000);
  const [first, second] = world.server.sockets.slice(-2);
  const tries = world.server.count;
  first.breaks();
  second.breaks();
  world.socket.retry("offer_1:2");
  await world.greeted();
  assert.equal(world.server.count, tries + 2, "and may again, once both were stable");
});

test("a clock that is set back delays no try", async () => {
  for (const [code, wait] of [[1006, 500], [4029, 5_500]]) {
    let back = 0;
    const world = new World();
    const { clock } = world;
    world.environment.now = () => clock.now - back;
    world.begin();
    const socket = await world.open();
    socket.closes(code);
    back = 3_600_000;
    world.window.fires("online");
    await world.pass(wait);
    assert.equal(world.server.count, 2, String(code));
  }
});

test("a page that comes back before the server's time waits for that, and no longer", async () => {
  const world = new World();
  const socket = await world.open();
  socket.closes(4029);
  world.window.fires("pagehide");
  await world.pass(1_000);
  world.window.fires("pageshow");
  await world.pass(3_999);
  assert.equal(world.server.count, 1);
  await world.pass(1);
  assert.equal(world.server.count, 2);
});

test("a page that goes has no socket, and takes up where it stopped when it comes back", async () => {
  const world = new World();
  const socket = await world.open("offer_1:2", hello({ heads: { "offer_1:2": 3 } }));
  world.window.fires("pagehide");
  assert.ok(socket.closedBy, "the user is not there any more");
  assert.deepEqual([status(world).state, status(world).reason], ["waiting", "page_hidden"]);
  await world.pass(60_000);
  assert.equal(world.server.count, 1, "it waits for the page");
  world.window.fires("pageshow");
  await world.greeted();
  assert.deepEqual([world.server.count, world.server.last.path], [2, "/ws/chat/offer_1%3A2/?after=3"]);
  assert.equal(status(world).state, "open");
});

test("a page that is hidden is no reason, nor is a network that goes", async () => {
  const world = new World();
  const socket = await world.open();
  socket.breaks();
  world.document.visibilityState = "hidden";
  world.document.fires("visibilitychange");
  world.window.fires("offline");
  await settle();
  assert.equal(world.server.count, 1);
});

test("a silent socket is asked, and goes on where it answers", async () => {
  const world = new World();
  const socket = await world.open();
  for (let round = 1; round <= 3; round += 1) {
    await world.pass(24_999);
    assert.equal(socket.of("ping").length, round - 1);
    await world.pass(1);
    assert.equal(socket.of("ping").length, round);
    socket.says({ type: "pong" });
  }
  assert.equal(world.server.count, 1);
});

test("whatever comes is a sign of life", async () => {
  const world = new World();
  const socket = await world.open();
  await world.pass(20_000);
  socket.says(message(1));
  await world.pass(24_999);
  assert.equal(socket.of("ping").length, 0);
  await world.pass(1);
  assert.equal(socket.of("ping").length, 1);
  await world.pass(9_999);
  socket.says(message(2));
  await world.pass(24_999);
  assert.deepEqual([world.server.count, socket.of("ping").length], [1, 1]);
});

test("a socket that does not answer is given up after ten seconds, and another one opened at once", async () => {
  const world = new World();
  const socket = await world.open("offer_1:2", hello({ heads: { "offer_1:2": 4 }, heartbeat_ms: 7_000 }));
  await world.pass(7_000 + 9_999);
  assert.equal(status(world).state, "open");
  await world.pass(1);
  assert.deepEqual(world.states().slice(-2), ["waiting", "connecting"]);
  assert.deepEqual([world.of("status").at(-2).retry_in_ms, world.of("status").at(-2).reason], [0, "no_answer"]);
  assert.equal(socket.closedBy.code, 1000);
  assert.equal(world.server.last.path, "/ws/chat/offer_1%3A2/?after=4");
  socket.says(message(5));
  socket.breaks();
  assert.deepEqual([world.seqs(), world.server.count], [[], 2], "the old one is not heard");
});

test("an open socket that may have died meanwhile has three seconds to answer", async () => {
  for (const [name, back] of [
    ["online", (world) => world.window.fires("online")],
    ["shown", (world) => world.document.fires("visibilitychange")],
    ["sleep", (world) => world.clock.sleep(15_000)],
  ]) {
    const world = new World();
    const socket = await world.open();
    await world.pass(5_000);
    await back(world);
    assert.equal(socket.of("ping").length, 1, name);
    await world.pass(2_999);
    assert.equal(world.server.count, 1, name);
    await world.pass(1);
    assert.equal(world.server.count, 2, name);
  }
});

test("coming back again and again gives a dead socket no more time", async () => {
  const world = new World();
  const socket = await world.open();
  for (let second = 0; second < 3; second += 1) {
    world.window.fires("online");
    await world.pass(1_000);
  }
  assert.deepEqual([socket.of("ping").length, world.server.count], [1, 2]);
});

test("a socket whose answer came while the machine slept is not given up", async () => {
  const world = new World();
  const socket = await world.open();
  await world.pass(25_000);
  assert.equal(socket.of("ping").length, 1);
  await world.clock.sleep(60_000);
  assert.deepEqual([socket.of("ping").length, world.server.count], [2, 1], "it is asked once more");
  socket.says({ type: "pong" });
  await world.pass(10_000);
  assert.equal(world.server.count, 1);
});

test("a machine that sleeps all the time keeps no dead socket alive", async () => {
  const world = new World();
  await world.open();
  await world.pass(25_000);
  await world.clock.sleep(60_000);
  await world.clock.sleep(60_000);
  assert.equal(world.server.count, 2);
});

test("where sockets cannot be made it waits and tries again", async () => {
  let tries = 0;
  const world = new World({
    environment: {
      WebSocket: class {
        constructor() {
          tries += 1;
          throw new DOMException("not here", "SecurityError");
        }
      },
    },
  });
  world.socket.connect("offer_1:2");
  await settle();
  assert.deepEqual([status(world).state, status(world).reason, tries], ["waiting", "socket_unavailable", 1]);
  await world.pass(500);
  assert.equal(tries, 2);
});

test("who disconnects when a silent socket is given up gets no other one", async () => {
  const world = new World();
  await world.open();
  world.socket.addEventListener("status", ({ detail }) => {
    if (detail.state === "waiting") world.socket.disconnect();
  });
  await world.pass(35_000);
  await settle();
  assert.deepEqual([world.server.count, world.states().at(-1), world.clock.running], [1, "disconnected", 0]);
});
