// What a log-in leaves in its window: its own things until it ends, and nothing of anybody else.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { ApiError } from "../../src/api.js";
import { Account } from "../../src/site/account.js";
import { Session } from "../../src/site/session.js";
import { INBOX } from "../../src/utils/websocket.js";
import { FakeStorage } from "../storage.js";

/** A socket that never opens. */
class Socket extends EventTarget {
  /** @type {Socket[]} */
  static all = [];

  constructor() {
    super();
    Socket.all.push(this);
  }

  close() {}
}

const before = new Map();
const put = (name, value) => {
  if (!before.has(name)) before.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
};

beforeEach(() => {
  put("WebSocket", Socket);
  put("document", Object.assign(new EventTarget(), { baseURI: "http://127.0.0.1:9/", visibilityState: "visible" }));
  put("fetch", async () => new Response(null, { status: 204 }));
});
afterEach(() => {
  for (const [name, descriptor] of before) {
    if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    else delete globalThis[name];
  }
  before.clear();
});

const DAY_MS = 86_400_000;

function logIn(id, ends = DAY_MS) {
  const user = { id, username: `user${id}`, full_name: `User ${id}`, first_name: "", last_name: "", created_at: "" };
  return { token: `token-of-${id}`, expires_at: new Date(Date.now() + ends).toISOString(), user };
}

const keysOf = (id) => [
  `handsel-draft ${id} offer_1:2`, `handsel-unsent ${id}`, `handsel.draft.${id}.offer`, `handsel.outbox.${id}`,
];

/** A window where user 1 has begun to write, and stays logged in on the device. */
function writing() {
  const [storage, device] = [new FakeStorage(), new FakeStorage()];
  let now = Date.now();
  const account = new Account({ window: storage, device, now: () => now });
  account.remember(logIn(1), true);
  const session = new Session({ account, user: account.user, storage, lost: () => {} });
  for (const key of [...keysOf(1), "another's"]) storage.setItem(key, "{}");
  return { storage, device, account, session, later: () => (now += 2 * DAY_MS) };
}

test("what was begun stays where the token is refused", () => {
  const { storage, session } = writing();
  session.stop();
  assert.deepEqual(storage.keys, ["another's", ...keysOf(1)]);
});

test("who is suspended is told why the log-in is over, and what was begun stays", async () => {
  const { storage, account, session } = writing();
  session.stop();
  const lost = [];
  Socket.all = [];
  const next = new Session({ account, user: account.user, storage, lost: (code) => lost.push(code) });
  await new Promise(setImmediate);
  const [inbox] = Socket.all;
  inbox.onclose({ code: 4003, reason: "account_suspended" });
  const { state } = next.socket.status(INBOX);
  const isOver = next.isOver(new ApiError(403, "account_suspended", "x"));
  next.stop();
  await new Promise(setImmediate);
  assert.deepEqual([state, isOver, lost], ["closed", true, ["account_suspended", "account_suspended"]]);
  assert.equal(Socket.all.length, 1, "nothing tries again");
  assert.deepEqual(storage.keys, ["another's", ...keysOf(1)]);
});

test("a log-out leaves nothing", () => {
  const { storage, session } = writing();
  session.stop();
  session.logOut();
  assert.deepEqual(storage.keys, ["another's"]);
});

test("nor does a log-out in another window, but a log-in that expired there does", () => {
  const gone = writing();
  gone.device.removeItem("handsel.account");
  assert.equal(gone.account.refresh(), true);
  gone.session.stop();
  assert.deepEqual(gone.storage.keys, ["another's"]);

  const expired = writing();
  expired.later();
  expired.device.removeItem("handsel.account");
  assert.equal(expired.account.refresh(), true);
  expired.session.stop();
  assert.deepEqual(expired.storage.keys, ["another's", ...keysOf(1)]);
});

test("who logs in finds nothing of others", () => {
  const { storage, account, session } = writing();
  session.stop();
  for (const key of keysOf(12)) storage.setItem(key, "{}");
  account.remember(logIn(12), false);
  new Session({ account, user: account.user, storage, lost: () => {} }).stop();
  assert.deepEqual(storage.keys, ["another's", ...keysOf(12), "handsel.account"].sort());
});

test("a log-out asks where messages wait, and nowhere else", () => {
  const { storage, session } = writing();
  const asked = [];
  const message = { client_message_id: "m", content: '"client_message_id":' };
  put("confirm", (text) => {
    asked.push(text);
    return false;
  });
  assert.equal(session.mayLogOut(), true);
  storage.setItem("handsel.outbox.1", "{");
  assert.equal(session.mayLogOut(), true);
  assert.deepEqual(asked, []);
  storage.setItem("handsel.outbox.1", JSON.stringify({ "offer_1:2": [message, message], "offer_2:1": [message] }));
  assert.equal(session.mayLogOut(), false);
  assert.match(asked[0], /3 messages/);
  session.stop();
});
