import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";

import { baseAddress, socketAddress } from "../../src/utils/websocket/address.js";
import { Backoff } from "../../src/utils/websocket/backoff.js";
import { nextTry, refusesConversation } from "../../src/utils/websocket/closes.js";
import { encode } from "../../src/utils/websocket/frames.js";
import { uniqueId } from "../../src/utils/websocket/ids.js";
import { Timer } from "../../src/utils/websocket/timer.js";
import { Clock } from "./clock.js";

test("sockets are below the server's address, whatever its scheme and prefix", () => {
  for (const [url, expected] of [
    ["https://talk.example.org/", "wss://talk.example.org/"],
    ["https://talk.example.org", "wss://talk.example.org/"],
    ["http://127.0.0.1:8000/", "ws://127.0.0.1:8000/"],
    ["ws://127.0.0.1:8000/", "ws://127.0.0.1:8000/"],
    ["wss://talk.example.org/handsel", "wss://talk.example.org/handsel/"],
    ["https://talk.example.org/handsel/?a=b#c", "wss://talk.example.org/handsel/"],
    [new URL("https://talk.example.org/"), "wss://talk.example.org/"],
  ]) {
    assert.equal(baseAddress(url, null), expected);
  }
});

test("without an address the page's own counts, without its file", () => {
  assert.equal(baseAddress(undefined, "https://example.org/handsel/index.html?x#y"), "wss://example.org/handsel/");
  assert.equal(baseAddress("/handsel/", "https://example.org/elsewhere"), "wss://example.org/handsel/");
  assert.throws(() => baseAddress(undefined, null), TypeError);
  assert.throws(() => baseAddress("mailto:ada@example.org", null), TypeError);
});

test("the name of a conversation stays one segment of the path, whatever it is", () => {
  const address = (name, after = null) => new URL(socketAddress("ws://h/p/", name, after));
  assert.equal(address("inbox").pathname, "/p/ws/inbox/");
  assert.equal(address("offer_1").pathname, "/p/ws/chat/offer_1/");
  assert.equal(address("offer_1:2", 41).href, "ws://h/p/ws/chat/offer_1%3A2/?after=41");
  for (const name of ["..", ".", "a/../../b", "?token=x", "#x", "%2e%2e", "ä b", "\\..\\"]) {
    const { pathname, search, hash } = address(name);
    assert.match(pathname, /^\/p\/ws\/chat\/[^/]+\/$/, name);
    assert.equal(search + hash, "");
  }
});

test("the wait is by chance between nothing and a ceiling, which doubles from 0.5 s to 30 s", () => {
  const ceilings = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];
  for (const [random, expected] of [[1, ceilings], [0, ceilings.map(() => 0)], [0.5, ceilings.map((ms) => ms / 2)]]) {
    const backoff = new Backoff(() => random);
    assert.deepEqual(ceilings.map(() => backoff.next()), expected);
  }
  const waits = new Set();
  for (let run = 0; run < 500; run += 1) {
    const backoff = new Backoff(Math.random);
    for (const ceiling of ceilings) {
      const wait = backoff.next();
      assert.ok(wait >= 0 && wait <= ceiling, `${wait} of ${ceiling}`);
    }
    waits.add(backoff.next());
    backoff.reset();
    assert.ok(backoff.next() <= 500);
  }
  assert.ok(waits.size > 400, "full jitter spreads");
});

test("the wait has a floor where the server asked for one, and spreads further where all come back", () => {
  for (const [random, bounds, expected] of [
    [0, { floorMs: 5_000 }, 5_000],
    [1, { floorMs: 5_000 }, 5_500],
    [0, { spreadMs: 2_000 }, 0],
    [1, { spreadMs: 2_000 }, 2_000],
    [1, { spreadMs: 100 }, 500],
  ]) {
    assert.equal(new Backoff(() => random).next(bounds), expected);
  }
});

test("even after years of failures the wait is a number", () => {
  const backoff = new Backoff(() => 1);
  for (let failure = 0; failure < 5_000; failure += 1) backoff.next();
  assert.equal(backoff.next(), 30_000);
});

test("each close code says whether to try again", () => {
  const expected = {
    again: [1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 3000, 4008, 4029, 4100, 4999],
    with_another_token: [4001],
    never: [1002, 1003, 1007, 1009, 4000, 4002, 4003, 4004, 4009, 4010, 4099],
  };
  for (const [what, codes] of Object.entries(expected)) {
    for (const code of codes) assert.equal(nextTry(code), what, String(code));
  }
  assert.deepEqual([1006, 4000, 4001, 4003, 4004, 4009].filter((code) => refusesConversation(code)), [4000, 4003, 4004]);
  assert.equal(refusesConversation(4003, "account_suspended"), false, "that is about the user");
});

test("a timer may run for longer than the browser's can, and fires once", async () => {
  const clock = new Clock();
  const timer = new Timer(clock.environment);
  let fired = 0;
  timer.set(3 * 2 ** 31, () => (fired += 1));
  await clock.pass(3 * 2 ** 31 - 1);
  assert.deepEqual([fired, timer.isSet], [0, true]);
  await clock.pass(1);
  assert.deepEqual([fired, timer.isSet, clock.running], [1, false, 0]);
});

test("a timer that is set anew forgets what it was to do", async () => {
  const clock = new Clock();
  const timer = new Timer(clock.environment);
  const done = [];
  timer.set(10, () => done.push("first"));
  timer.set(20, () => done.push("second"));
  await clock.pass(100);
  timer.set(10, () => done.push("third"));
  timer.clear();
  await clock.pass(100);
  assert.deepEqual(done, ["second"]);
});

test("half a character does not travel, a whole one and a written escape do", () => {
  const frame = { type: "handshake_start", note: "a\ud83d b\udc4d c\ud83d\udc4d \\ud83d", terms: { x: ["\ud800"] } };
  const { note, terms } = JSON.parse(encode(frame));
  assert.equal(note, "a\ufffd b\ufffd c\ud83d\udc4d \\ud83d");
  assert.deepEqual(terms, { x: ["\ufffd"] });
});

test("ids are unique also where there is no randomUUID", () => {
  const crypto = { getRandomValues: (bytes) => webcrypto.getRandomValues(bytes) };
  const ids = new Set(Array.from({ length: 1_000 }, () => uniqueId(crypto)));
  assert.equal(ids.size, 1_000);
  for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
  assert.equal(uniqueId({ ...crypto, randomUUID: () => "the browser's own" }), "the browser's own");
});
