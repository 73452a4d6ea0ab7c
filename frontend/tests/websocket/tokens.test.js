import assert from "node:assert/strict";
import { test } from "node:test";

import { INBOX } from "../../src/utils/websocket.js";
import { Renewal } from "../../src/utils/websocket/renewal.js";
import { Tokens } from "../../src/utils/websocket/tokens.js";
import { Clock } from "./clock.js";
import { World, hello, refusal, settle } from "./world.js";

const status = (world) => world.socket.status("offer_1:2");
const expiring = (world, ms, more = {}) => hello({ expires_at: new Date(world.clock.now + ms).toISOString(), ...more });

test("where nobody is logged in it is closed, and no socket is opened", async () => {
  for (const token of [null, undefined, ""]) {
    const world = new World();
    world.token = token === undefined ? () => undefined : token;
    world.socket.connect("offer_1:2");
    await settle();
    const { state, code, reason } = status(world);
    assert.deepEqual([state, code, reason], ["closed", 4001, "token_required"]);
    assert.equal(world.server.count, 0);
  }
});

test("a token that is refused is asked for once more, and the fresh one is used at once", async () => {
  const world = new World();
  const socket = await world.open("offer_1:2", hello({ heads: { "offer_1:2": 3 } }));
  world.token = "token-2";
  socket.closes(4001, "token_expired");
  await settle();
  assert.deepEqual(world.asked, [undefined, "token-1"]);
  assert.deepEqual([world.server.count, world.server.last.token], [2, "token-2"]);
  assert.equal(world.server.last.path, "/ws/chat/offer_1%3A2/?after=3");
  await world.greeted();
  assert.equal(world.states().includes("waiting"), false);
});

test("refused with no other token to be had, it is closed with the server's reason", async () => {
  for (const token of ["token-1", null]) {
    const world = new World();
    const socket = await world.open();
    world.token = token;
    socket.closes(4001, "token_revoked");
    await settle();
    const { state, code, reason } = status(world);
    assert.deepEqual([state, code, reason], ["closed", 4001, "token_revoked"]);
    assert.equal(world.server.count, 1);
    await world.pass(100_000);
    assert.equal(world.asked.length, 2);
  }
});

test("the second token refused as well, it is closed, whatever a third would be", async () => {
  const world = new World();
  let tokens = 0;
  world.token = () => `token-${(tokens += 1)}`;
  world.socket.connect("offer_1:2");
  await settle();
  world.server.last.closes(4001, "token_expired");
  await settle();
  world.server.last.closes(4001, "token_unknown");
  await settle();
  assert.deepEqual([status(world).state, status(world).reason, tokens], ["closed", "token_unknown", 2]);
  world.socket.retry("offer_1:2");
  await settle();
  assert.equal(world.server.last.token, "token-3", "the user may");
  assert.equal(world.asked.at(-1), undefined, "and begins anew");
  world.server.last.closes(4001, "token_expired");
  await settle();
  assert.equal(world.server.last.token, "token-4");
});

test("tokens that are refused right after each hello are no hot loop", async () => {
  const world = new World();
  let tokens = 0;
  world.token = () => `token-${(tokens += 1)}`;
  await world.open();
  world.server.last.closes(4001, "token_revoked");
  await world.greeted();
  world.server.last.closes(4001, "token_revoked");
  await settle();
  assert.deepEqual([status(world).state, tokens], ["closed", 2]);
});

test("a session that went well in between may be renewed again", async () => {
  const world = new World();
  let tokens = 0;
  world.token = () => `token-${(tokens += 1)}`;
  await world.open();
  for (let round = 0; round < 3; round += 1) {
    world.server.last.closes(4001, "token_expired");
    await world.greeted();
    await world.pass(10_000);
  }
  assert.deepEqual([status(world).state, tokens], ["open", 4]);
});

test("an application that cannot say is asked again later", async () => {
  const world = new World();
  world.token = () => {
    throw new Error("no network");
  };
  world.socket.connect("offer_1:2");
  await settle();
  assert.deepEqual([status(world).state, status(world).reason], ["waiting", "token_unavailable"]);
  world.token = "token-1";
  await world.pass(500);
  await world.greeted();
  assert.equal(status(world).state, "open");
});

test("an application that never answers is given up after 20 s, and heard no more", async () => {
  const world = new World();
  const answers = [];
  world.token = () => new Promise((resolve) => answers.push(resolve));
  world.socket.connect("offer_1:2");
  await world.pass(20_000);
  assert.equal(status(world).reason, "timeout");
  await world.pass(500);
  assert.equal(answers.length, 2, "another question");
  answers[0]("too late");
  await settle();
  assert.equal(world.server.count, 0);
  answers[1]("token-1");
  await settle();
  assert.equal(world.server.last.token, "token-1");
});

test("connections that want the token at the same moment share one question", async () => {
  const world = new World();
  world.socket.connect("offer_1:2");
  world.socket.connect(INBOX);
  await settle();
  assert.deepEqual([world.server.count, world.asked.length], [2, 1]);
  for (const socket of world.server.sockets) socket.says(hello());
  world.token = "token-2";
  for (const socket of [...world.server.sockets]) socket.closes(4001, "token_expired");
  await settle();
  assert.deepEqual(world.asked, [undefined, "token-1"]);
});

test("a token that cannot travel is as good as refused", async () => {
  const world = new World();
  world.token = (refused) => (refused === undefined ? "<html>Log in</html>\r\n" : "token-2");
  world.socket.connect("offer_1:2");
  await settle();
  assert.equal(world.server.last.token, "token-2");
  world.token = "spaces are none";
  world.server.last.closes(4001, "token_unknown");
  await settle();
  assert.deepEqual([world.server.count, status(world).state], [1, "closed"]);
});

test("a minute before the token ends a fresh one is offered, and then that one counts", async () => {
  const world = new World();
  const socket = await world.open("offer_1:2", expiring(world, 300_000, { heartbeat_ms: 10_000_000 }));
  world.token = "token-2";
  await world.pass(240_000 - 1);
  assert.deepEqual(world.asked, [undefined]);
  await world.pass(1);
  assert.deepEqual(world.asked, [undefined, "token-1"]);
  assert.deepEqual(socket.of("auth"), [{ type: "auth", token: "token-2" }]);
  socket.says({ type: "auth", auth: { expires_at: new Date(world.clock.now + 300_000).toISOString() } });
  world.token = "token-3";
  await world.pass(240_000);
  assert.deepEqual(world.asked, [undefined, "token-1", "token-2"]);
  assert.equal(socket.of("auth")[1].token, "token-3");
  assert.equal(world.server.count, 1);
});

test("where less than two minutes are left it is asked at half of them", async () => {
  const world = new World();
  const socket = await world.open("offer_1:2", expiring(world, 60_000, { heartbeat_ms: 10_000_000 }));
  world.token = "token-2";
  await world.pass(29_999);
  assert.equal(socket.of("auth").length, 0);
  await world.pass(1);
  assert.equal(socket.of("auth").length, 1);
});

test("a token that lasts for months is not asked for now", async () => {
  const clock = new Clock();
  const month = 30 * 24 * 3_600_000;
  const offered = [];
  const tokens = new Tokens(async () => "token-2", () => clock.now);
  const renewal = new Renewal(clock.environment, tokens, (token) => offered.push(token));
  renewal.begin("token-1");
  renewal.expires(new Date(clock.now + 3 * month).toISOString());
  await clock.pass(3 * month - 60_001);
  assert.deepEqual(offered, []);
  await clock.pass(1);
  assert.deepEqual(offered, ["token-2"]);
});

test("where there is no fresh token nothing is offered, and the server closes in the end", async () => {
  for (const token of ["token-1", null, () => Promise.reject(new Error("no network"))]) {
    const world = new World();
    const socket = await world.open("offer_1:2", expiring(world, 200_000, { heartbeat_ms: 10_000_000 }));
    world.token = token;
    await world.pass(199_000);
    assert.deepEqual([socket.of("auth").length, world.asked.length, status(world).state], [0, 2, "open"]);
  }
});

test("a fresh token that is refused changes nothing: the old one counts till it ends", async () => {
  const world = new World();
  const socket = await world.open("offer_1:2", expiring(world, 200_000, { heartbeat_ms: 10_000_000 }));
  world.token = "token-2";
  await world.pass(140_000);
  socket.says(refusal("token_unknown"));
  assert.equal(world.of("error")[0].code, "token_unknown");
  await world.pass(60_000);
  assert.deepEqual([world.asked.length, status(world).state], [2, "open"]);
  socket.closes(4001, "token_expired");
  await settle();
  assert.equal(world.asked[2], "token-1");
});

test("short-lived tokens and clocks that are wrong do not make it ask all the time", async () => {
  for (const ms of [3_000, 0, -3_600_000]) {
    const world = new World();
    let tokens = 1;
    const socket = await world.open("offer_1:2", expiring(world, ms, { heartbeat_ms: 10_000_000 }));
    world.token = () => `token-${(tokens += 1)}`;
    for (let second = 0; second < 60; second += 1) {
      await world.pass(1_000);
      const ends = new Date(world.clock.now + ms).toISOString();
      if (socket.of("auth").length === tokens - 1) socket.says({ type: "auth", auth: { expires_at: ends } });
    }
    assert.ok(tokens <= 13, `${tokens} in a minute`);
  }
});

test("a fresh token that comes after its socket has gone is offered to no other", async () => {
  const world = new World();
  const socket = await world.open("offer_1:2", expiring(world, 200_000, { heartbeat_ms: 10_000_000 }));
  let answer;
  world.token = (refused) => (refused === undefined ? "token-1" : new Promise((resolve) => (answer = resolve)));
  await world.pass(140_000);
  socket.breaks();
  await world.pass(500);
  const next = await world.greeted();
  answer("token-2");
  await settle();
  assert.deepEqual([next.of("auth"), world.server.count], [[], 2]);
});
