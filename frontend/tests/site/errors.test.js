// What errors say to people.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../src/api.js";
import { explain, isSignedOut } from "../../src/site/errors.js";
import { strings } from "../../src/strings.js";

test("a code that there is a text for is said in it, any other in the server's words", () => {
  assert.equal(explain(new ApiError(0, "network", "x")), strings.errors.network);
  assert.equal(explain(new ApiError(418, "teapot", "I am a teapot.")), "I am a teapot.");
});

test("too often says how long to wait where that is known, in whole seconds and never too few", () => {
  const said = (retryAfterMs) => explain(new ApiError(429, "rate_limited", "x", { retryAfterMs }));
  assert.equal(said(6200), strings.rateLimitedFor(7));
  assert.equal(said(1000), strings.rateLimitedFor(1));
  assert.equal(said(undefined), strings.errors.rate_limited);
});

test("what is no error of the API's is a mistake of the page's own, and stays loud", () => {
  const mistake = new TypeError("x is not a function");
  assert.throws(() => explain(mistake), mistake);
});

test("a refused token or account ends the log-in, a wrong password or another error does not", () => {
  assert.ok(isSignedOut(new ApiError(403, "account_suspended", "x")));
  assert.ok(isSignedOut(new ApiError(401, "token_expired", "x")));
  assert.ok(isSignedOut(new ApiError(401, "token_required", "x")));
  assert.ok(!isSignedOut(new ApiError(401, "credentials_invalid", "x")));
  assert.ok(!isSignedOut(new ApiError(403, "not_owner", "x")));
  assert.ok(!isSignedOut(new Error("x")));
});
