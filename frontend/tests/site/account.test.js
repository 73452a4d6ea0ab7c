// Who is logged in: windows of their own, a device for all, storage that fails.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Account } from "../../src/site/account.js";
import { FakeStorage } from "../storage.js";

const NOW = Date.parse("2026-11-23T12:00:00Z");

/** A log-in that is good for `hours` yet. */
function logIn(id, token = `token-of-${id}`, hours = 24) {
  const user = { id, username: `user${id}`, full_name: `User ${id}`, first_name: "", last_name: "", created_at: "" };
  return { token, expires_at: new Date(NOW + hours * 3_600_000).toISOString(), user };
}

const open = (window, device) => new Account({ window, device, now: () => NOW });

test("a log-in lasts over a reload, in its window alone", () => {
  const [window, device] = [new FakeStorage(), new FakeStorage()];
  open(window, device).remember(logIn(1), false);
  assert.equal(open(window, device).user.id, 1);
  assert.equal(open(new FakeStorage(), device).user, null);
});

test("one that stays is for every window of the device", () => {
  const device = new FakeStorage();
  open(new FakeStorage(), device).remember(logIn(1), true);
  assert.equal(open(new FakeStorage(), device).user.id, 1);
});

test("two windows can be two people, whoever stays logged in on the device", () => {
  const [window, device] = [new FakeStorage(), new FakeStorage()];
  open(new FakeStorage(), device).remember(logIn(1), true);
  open(window, device).remember(logIn(2), false);
  const [bo, ada] = [open(window, device), open(new FakeStorage(), device)];
  assert.equal(bo.user.id, 2);
  assert.equal(ada.user.id, 1);
  assert.equal(bo.refresh(), false);
  bo.forget();
  assert.equal(ada.token(1), "token-of-1");
});

test("to stay logged in takes the place of the window's own log-in", () => {
  const [window, device] = [new FakeStorage(), new FakeStorage()];
  const account = open(window, device);
  account.remember(logIn(2), false);
  account.remember(logIn(1), true);
  assert.equal(open(window, device).user.id, 1);
});

test("a token is given to its user only, and not where it was refused", () => {
  const account = open(new FakeStorage(), new FakeStorage());
  assert.equal(account.token(1), null);
  account.remember(logIn(1), false);
  assert.equal(account.token(1), "token-of-1");
  assert.equal(account.token(2), null);
  assert.equal(account.token(1, "token-of-1"), null);
  account.forget();
  assert.equal(account.token(1), null);
});

test("where another window has logged in again, its newer token is given", () => {
  const device = new FakeStorage();
  const [one, other] = [open(new FakeStorage(), device), open(new FakeStorage(), device)];
  one.remember(logIn(1, "old"), true);
  other.refresh();
  other.remember(logIn(1, "new"), true);
  assert.equal(one.token(1, "old"), "new");
});

test("forgetting an old token leaves the newer one of another window", () => {
  const device = new FakeStorage();
  const [one, other] = [open(new FakeStorage(), device), open(new FakeStorage(), device)];
  one.remember(logIn(1, "old"), true);
  other.remember(logIn(2, "new"), true);
  one.forget();
  assert.equal(one.user, null);
  assert.equal(open(new FakeStorage(), device).token(2), "new");
});

test("a log-out in one window is seen by the others, and so is a log-in", () => {
  const device = new FakeStorage();
  const [one, other] = [open(new FakeStorage(), device), open(new FakeStorage(), device)];
  one.remember(logIn(1), true);
  assert.equal(other.refresh(), true);
  assert.equal(other.user.id, 1);
  assert.equal(other.refresh(), false);
  one.forget();
  assert.equal(device.text, "");
  assert.equal(other.refresh(), true);
  assert.equal(other.user, null);
});

test("a log-in that has expired is forgotten at the start, and said to have ended", () => {
  const [window, device] = [new FakeStorage(), new FakeStorage()];
  open(new FakeStorage(), device).remember(logIn(1), true);
  open(window, device).remember(logIn(2, "t", -1), false);
  const account = open(window, device);
  assert.equal(account.user, null);
  assert.equal(account.ended, true);
  assert.equal(window.text, "");
  assert.equal(open(new FakeStorage(), device).user.id, 1);
  account.remember(logIn(2), false);
  assert.equal(account.ended, false);
});

test("stored text that is no log-in is taken for none", () => {
  const texts = ["{", "7", "null", "{}", '{"token":7,"expires_at":"2026-11-24T00:00:00Z","user":{"id":1}}'];
  const odd = [{ ...logIn(1), expires_at: "never" }, { ...logIn(1), user: { id: "1", full_name: "A" } }];
  for (const text of [...texts, ...odd.map((value) => JSON.stringify(value))]) {
    const window = new FakeStorage();
    window.setItem("handsel.account", text);
    assert.equal(open(window, undefined).user, null, text);
  }
});

test("storage that throws, or is not there, is done without", () => {
  const refuse = () => {
    throw new DOMException("No storage", "SecurityError");
  };
  const broken = { getItem: refuse, setItem: refuse, removeItem: refuse };
  for (const storage of [broken, undefined]) {
    for (const lasting of [true, false]) {
      const account = open(storage, storage);
      assert.equal(account.user, null);
      account.remember(logIn(1), lasting);
      assert.equal(account.token(1), "token-of-1");
      account.forget();
      assert.equal(account.user, null);
    }
  }
});
