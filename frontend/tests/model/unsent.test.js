// Messages that failed: heard of before anybody looks, and kept until somebody decides.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { draftOf, keepDraft } from "../../src/components/thread-drafts.js";
import { unsentOf } from "../../src/components/thread-unsent.js";
import { FakeStorage } from "../storage.js";

const ME = 2;

const store = (storage) => Object.defineProperty(globalThis, "sessionStorage", { value: storage, configurable: true });

beforeEach(() => store(new FakeStorage()));
afterEach(() => delete globalThis.sessionStorage);

const tell = (socket, type, detail) => socket.dispatchEvent(Object.assign(new Event(type), { detail }));

function fails(socket, id, { conversation = "offer_1:2", code = "content_too_long", ...more } = {}) {
  const said = { content: `text of ${id}`, created_at: "2026-11-23T10:00:00.000Z" };
  const dropped = { client_message_id: id, ...said, conversation };
  tell(socket, "error", { code, message: "…", client_message_id: id, will_retry: false, dropped, ...more });
}

const ids = (unsent, conversation) => unsent.in(conversation).map(({ id }) => id);

test("what fails before it is known whose it is, is there for both names of its conversation", () => {
  const socket = new EventTarget();
  unsentOf(socket);
  fails(socket, "a", { conversation: "offer_1" });
  fails(socket, "b");
  fails(socket, "c", { conversation: "offer_1:3" });
  const unsent = unsentOf(socket, ME);
  for (const name of ["offer_1", "offer_1:2"]) assert.deepEqual(ids(unsent, name), ["a", "b"]);
  assert.deepEqual(ids(unsent, "offer_1:3"), ["c"]);
  assert.equal(unsent.in("offer_1")[0].reason, "The message is too long.");
  assert.equal(unsent.in("offer_1")[0].content, "text of a");
});

test("it is there after a reload, for the same user alone, until it is removed", () => {
  const socket = new EventTarget();
  unsentOf(socket, ME);
  fails(socket, "a");
  fails(socket, "b");
  const after = unsentOf(new EventTarget(), ME);
  assert.deepEqual(ids(after, "offer_1:2"), ["a", "b"]);
  assert.deepEqual(ids(unsentOf(new EventTarget(), 3), "offer_1:2"), []);
  after.remove("a");
  assert.deepEqual(ids(unsentOf(new EventTarget(), ME), "offer_1:2"), ["b"]);
  after.remove("b");
  assert.equal(sessionStorage.values.size, 0);
});

test("what is sent again by itself has not failed, and what is an entry after all is no longer", () => {
  const socket = new EventTarget();
  const unsent = unsentOf(socket, ME);
  fails(socket, "a", { will_retry: true });
  tell(socket, "error", { code: "handshake_changed", message: "…" });
  assert.deepEqual(ids(unsent, "offer_1:2"), []);
  fails(socket, "b");
  tell(socket, "message", { message: { client_message_id: "b" } });
  assert.deepEqual(ids(unsent, "offer_1:2"), []);
});

test("a storage that fails, or that holds something else, is as good as none", () => {
  for (const text of ["{", "7", "null", '[null]', '[{"id":"a"}]']) {
    sessionStorage.setItem(`handsel-unsent ${ME}`, text);
    assert.deepEqual(ids(unsentOf(new EventTarget(), ME), "offer_1:2"), [], text);
  }
  const refuse = () => {
    throw new DOMException("No storage", "SecurityError");
  };
  store({ getItem: refuse, setItem: refuse, removeItem: refuse });
  const socket = new EventTarget();
  const unsent = unsentOf(socket, ME);
  fails(socket, "a");
  assert.deepEqual(ids(unsent, "offer_1:2"), ["a"]);
});

test("a draft survives a reload; where nothing can be stored it ends with its socket manager", () => {
  const user = { socket: {}, me: ME };
  keepDraft(user, "offer_1:2", "Hel");
  assert.equal(draftOf({ socket: {}, me: ME }, "offer_1:2"), "Hel");
  assert.equal(draftOf({ socket: {}, me: 3 }, "offer_1:2"), "");
  keepDraft(user, "offer_1:2", "");
  assert.equal(sessionStorage.values.size, 0);

  delete globalThis.sessionStorage;
  keepDraft(user, "offer_1:2", "Hello");
  assert.equal(draftOf(user, "offer_1:2"), "Hello");
  assert.equal(draftOf({ socket: {}, me: ME }, "offer_1:2"), "");
});
