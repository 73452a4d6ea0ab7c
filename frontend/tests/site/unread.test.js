// The header's count of unread conversations: counted anew with the inbox's news, one request at a time.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../src/api.js";
import { countUnread } from "../../src/site/unread.js";
import { INBOX } from "../../src/utils/websocket.js";

/** A session whose requests are answered one by one, and what is told of it. */
function watched(context) {
  const timers = [];
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (run, ms) => timers.push({ run, ms });
  context.after(() => (globalThis.setTimeout = setTimeout));
  const requests = [];
  const told = [];
  const ends = [];
  const state = { needed: true };
  const session = {
    socket: new EventTarget(),
    api: { conversations: () => new Promise((resolve, reject) => requests.push({ resolve, reject })) },
    isOver: (error) => ends.push(error),
  };
  countUnread(session, () => state.needed, (count) => told.push(count));
  return {
    requests, told, ends, state,
    news: (type, connection = INBOX) => session.socket.dispatchEvent(new CustomEvent(type, { detail: { connection } })),
    after: (ms) => {
      for (const timer of timers.splice(0)) {
        timer.ms -= ms;
        if (timer.ms > 0) timers.push(timer);
        else timer.run();
      }
    },
    answer: async (...counts) => {
      requests.shift().resolve({ results: counts.map((unread_count) => ({ unread_count })), next: null });
      await settled();
    },
    refuse: async (error) => {
      requests.shift().reject(error);
      await settled();
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("it counts at once, and again soon after news, all of it in one request", async (context) => {
  const { requests, told, news, after, answer } = watched(context);
  await answer(0, 3);
  for (const type of ["hello", "message", "handshake", "read"]) news(type);
  after(999);
  assert.equal(requests.length, 0);
  after(1);
  assert.equal(requests.length, 1);
  await answer(1, 3);
  assert.deepEqual(told, [1, 2]);
  news("message", "offer_1:2");
  news("typing");
  after(5_000);
  assert.equal(requests.length, 0, "what another connection tells, or what changes nothing, is no news");
});

test("one request is under way at a time, and what came meanwhile is counted after it", async (context) => {
  const { requests, told, news, after, answer } = watched(context);
  news("message");
  after(1_000);
  assert.equal(requests.length, 1);
  await answer(0);
  after(1_000);
  await answer(1);
  assert.deepEqual(told, [0, 1]);
});

test("where somebody else counts it neither asks nor tells", async (context) => {
  const { requests, told, state, news, after, answer } = watched(context);
  state.needed = false;
  await answer(1);
  news("message");
  after(1_000);
  assert.equal(requests.length, 0);
  assert.deepEqual(told, []);
  state.needed = true;
  news("message");
  after(1_000);
  await answer(1, 1);
  assert.deepEqual(told, [2]);
});

test("a refusal is the session's to judge, and the next news is counted", async (context) => {
  const { told, ends, news, after, answer, refuse } = watched(context);
  const error = new ApiError(0, "network", "");
  await refuse(error);
  assert.deepEqual(ends, [error]);
  news("read");
  after(1_000);
  await answer(1);
  assert.deepEqual(told, [1]);
});
