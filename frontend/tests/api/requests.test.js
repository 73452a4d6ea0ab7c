// What the API client asks, where, and with which token.

import assert from "node:assert/strict";
import { test } from "node:test";
import { apiWith, ok, problem } from "./fake-server.js";

const page = () => ok({ results: [], next: null });

test("each method asks what the API documents", async () => {
  const calls = [
    [(api) => api.logOut(), "POST", "api/auth/logout/"],
    [(api) => api.me(), "GET", "api/auth/user/"],
    [(api) => api.listings("offer"), "GET", "api/offers/"],
    [(api) => api.listings("need"), "GET", "api/needs/"],
    [(api) => api.listing("need", 7), "GET", "api/needs/7/"],
    [(api) => api.publish("offer", { title: "A" }), "POST", "api/offers/", { title: "A" }],
    [(api) => api.change("need", 7, { status: "closed" }), "PATCH", "api/needs/7/", { status: "closed" }],
    [(api) => api.conversations(), "GET", "api/conversations/"],
    [
      (api) => api.timeline("offer_1:2", { before: 51, limit: 50 }),
      "GET",
      "api/conversations/offer_1%3A2/timeline/?before=51&limit=50",
    ],
  ];
  for (const [call, method, path, body] of calls) {
    const { api, requests } = apiWith({ answers: [ok({})] });
    await call(api);
    assert.equal(requests.length, 1);
    const [request] = requests;
    assert.equal(request.method, method);
    assert.equal(request.url, `https://talk.example.org/${path}`);
    assert.equal(request.headers.Authorization, "Bearer token-1");
    assert.deepEqual(request.body, body);
    assert.equal(request.headers["Content-Type"], body && "application/json");
    assert.equal(request.credentials, "omit");
    assert.equal(request.cache, "no-store");
  }
});

test("registering and logging in send no token, even where there is one", async () => {
  const account = { username: "ada", password: "secret-1", first_name: "Ada" };
  const { api, requests, asked } = apiWith({ answers: [ok({ id: 1 }, 201), ok({ token: "t" })] });
  assert.deepEqual(await api.register(account), { id: 1 });
  assert.deepEqual(await api.logIn(account), { token: "t" });
  assert.deepEqual(asked, []);
  assert.deepEqual(
    requests.map(({ url, headers, body }) => [url, headers.Authorization, body]),
    [
      ["https://talk.example.org/api/auth/register/", undefined, account],
      ["https://talk.example.org/api/auth/login/", undefined, { username: "ada", password: "secret-1" }],
    ],
  );
});

test("a path prefix is kept, for the next page too", async () => {
  for (const url of ["https://example.org/talk", "wss://example.org/talk/", "https://example.org/talk?a#b"]) {
    const { api, requests } = apiWith({
      url,
      answers: [ok({ results: [1], next: "/api/offers/?limit=50&cursor=AAA" }), page(), page(), page()],
    });
    const { next } = await api.listings("offer");
    await api.listings("offer", next);
    await api.conversations("/api/conversations/?cursor=B");
    await api.conversations("/talk/api/conversations/?cursor=C");
    assert.deepEqual(
      requests.map((request) => request.url),
      [
        "https://example.org/talk/api/offers/",
        "https://example.org/talk/api/offers/?limit=50&cursor=AAA",
        "https://example.org/talk/api/conversations/?cursor=B",
        "https://example.org/talk/api/conversations/?cursor=C",
      ],
    );
  }
});

test("a next that points elsewhere never gets the token", async () => {
  for (const next of ["https://evil.example/api/offers/?a=1", "//evil.example/api/offers/?a=1", "\\\\evil.example/x"]) {
    const { api, requests } = apiWith({ answers: [page()] });
    await api.listings("offer", next);
    assert.equal(new URL(requests[0].url).host, "talk.example.org");
  }
});

test("a refused token is asked for once more, and a fresh one is used", async () => {
  const refusal = problem(401, { code: "token_expired" });
  const { api, requests, asked } = apiWith({ answers: [refusal, ok({ id: 1 })], tokens: ["old", "new"] });
  assert.deepEqual(await api.me(), { id: 1 });
  assert.deepEqual(asked, [{}, { refused: "old" }]);
  assert.deepEqual(
    requests.map(({ headers }) => headers.Authorization),
    ["Bearer old", "Bearer new"],
  );
});

test("without a fresh token the refusal stands, and so it does the second time", async () => {
  for (const tokens of [["old", null], ["old", "old"]]) {
    const { api, requests } = apiWith({ answers: [problem(401, { code: "token_revoked" })], tokens });
    await assert.rejects(api.me(), { status: 401, code: "token_revoked" });
    assert.equal(requests.length, 1);
  }
  const twice = [problem(401, { code: "token_revoked" }), problem(401, { code: "token_unknown" })];
  const { api, requests } = apiWith({ answers: twice, tokens: ["old", "new", "newest"] });
  await assert.rejects(api.me(), { status: 401, code: "token_unknown" });
  assert.equal(requests.length, 2);
});

test("where nobody is logged in nothing is asked", async () => {
  const { api, requests } = apiWith({ tokens: [null] });
  await assert.rejects(api.conversations(), { name: "ApiError", status: 401, code: "token_required" });
  assert.deepEqual(requests, []);
});
