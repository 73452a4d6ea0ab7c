// What the API client makes of refusals, of silence and of answers that are not the server's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, REQUEST_TIMEOUT_MS } from "../../src/api.js";
import { apiWith, never, ok, problem } from "./fake-server.js";

test("a refusal has its status, code, words and fields", async () => {
  const errors = [{ pointer: "/title", code: "title_required", detail: "Give it a title." }];
  const body = { code: "invalid", title: "Invalid", detail: "See errors.", errors };
  const { api } = apiWith({ answers: [problem(422, body)] });
  await assert.rejects(api.publish("offer", { title: "" }), (error) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual(
      [error.status, error.code, error.message, error.errors, error.retryAfterMs],
      [422, "invalid", "See errors.", errors, undefined],
    );
    return true;
  });
});

test("it says how long to wait, where the server does in seconds", async () => {
  const busy = (wait) => problem(429, { code: "rate_limited", detail: "Wait." }, wait && { "Retry-After": wait });
  for (const [wait, expected] of [["7", 7000], ["0", 0], ["soon", undefined], [undefined, undefined]]) {
    const { api } = apiWith({ answers: [busy(wait)] });
    await assert.rejects(api.logIn({ username: "a", password: "b" }), { code: "rate_limited", retryAfterMs: expected });
  }
});

test("no network is the code network", async () => {
  const { api } = apiWith({ answers: [new TypeError("Failed to fetch")] });
  await assert.rejects(api.me(), { name: "ApiError", status: 0, code: "network", errors: [] });
});

test("an answer that is not the server's is the code unavailable, whatever its status", async () => {
  const html = (status) => new Response("<h1>Bad gateway</h1>", { status });
  for (const answer of [html(502), html(200), new Response(null, { status: 204 }), ok("text"), ok(null)]) {
    const { api } = apiWith({ answers: [answer] });
    await assert.rejects(api.me(), { name: "ApiError", code: "unavailable" });
  }
});

test("a refusal without a code, or with odd fields, is still an error that can be shown", async () => {
  for (const body of [{}, { code: 7 }, [], { code: "odd", detail: { a: 1 }, errors: "none" }]) {
    const { api } = apiWith({ answers: [problem(500, body)] });
    await assert.rejects(api.me(), (error) => {
      assert.equal(error.code, body.code === "odd" ? "odd" : "unavailable");
      assert.equal(error.message, "The server answered 500.");
      assert.deepEqual(error.errors, []);
      return true;
    });
  }
});

test("a request without an answer ends after its time, and is the code network", async () => {
  const { api, timers } = apiWith({ answers: [never] });
  const asked = api.logIn({ username: "a", password: "b" });
  const [{ callback, ms }] = timers.values();
  assert.equal(ms, REQUEST_TIMEOUT_MS);
  callback();
  await assert.rejects(asked, { status: 0, code: "network" });
  assert.equal(timers.size, 0);
});

test("a body that stops half-way counts into that time", async () => {
  const { api, timers } = apiWith({
    answers: [
      ({ signal }) =>
        new Response(
          new ReadableStream({
            start: (controller) => signal.addEventListener("abort", () => controller.error(new Error("aborted"))),
          }),
        ),
    ],
  });
  const asked = api.logIn({ username: "a", password: "b" });
  await new Promise((resolve) => setImmediate(resolve));
  const [{ callback }] = timers.values();
  callback();
  await assert.rejects(asked, { code: "network" });
});

test("an answered request leaves no timer behind", async () => {
  const { api, timers } = apiWith({ answers: [ok({})] });
  await api.me();
  assert.equal(timers.size, 0);
});

test("who aborts gets the own reason, before and while it is under way", async () => {
  const early = apiWith();
  await assert.rejects(early.api.logIn({}, { signal: AbortSignal.abort("left") }), (reason) => reason === "left");
  assert.deepEqual(early.requests, []);

  const controller = new AbortController();
  const late = apiWith({ answers: [never] });
  const asked = late.api.timeline("offer_1:2", { limit: 5, signal: controller.signal });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(late.requests[0].url, "https://talk.example.org/api/conversations/offer_1%3A2/timeline/?limit=5");
  controller.abort("gone");
  await assert.rejects(asked, (reason) => reason === "gone");
});
