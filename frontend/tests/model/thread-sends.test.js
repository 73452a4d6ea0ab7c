// Own messages under way, until they are entries or have failed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ADA, BO, begun, page, says, send, sends, seqs } from "./talk.js";

test("an own message becomes an entry when the entry with its id comes", () => {
  const thread = begun(0);
  send(thread, "m1");
  send(thread, "m2");
  thread.add(says(BO, 1, { id: "m1" }));
  assert.deepEqual(sends(thread), ["m2 sending"]);
});

test("an entry of the peer with the same id is not one's own message", () => {
  const thread = begun(0);
  send(thread, "m1");
  thread.add(says(ADA, 1, { id: "m1" }));
  assert.deepEqual(sends(thread), ["m1 sending"]);
});

test("an own entry from another window leaves what this one sends alone", () => {
  const thread = begun(0);
  send(thread, "m1");
  thread.add(says(BO, 1, { id: "theirs" }));
  thread.add(says(BO, 2));
  assert.deepEqual(sends(thread), ["m1 sending"]);
  assert.deepEqual(seqs(thread), [1, 2]);
});

test("two windows that send the same id have one entry", () => {
  const [one, other] = [begun(0), begun(0)];
  send(one, "m1");
  send(other, "m1");
  for (const thread of [one, other]) thread.add(says(BO, 1, { id: "m1" }));
  other.add(says(BO, 1, { id: "m1", repeat: true }));
  for (const thread of [one, other]) {
    assert.deepEqual(seqs(thread), [1]);
    assert.deepEqual(thread.sends.all, []);
  }
});

test("a message that was stored before a reload is found in the page", () => {
  const thread = begun(2);
  send(thread, "m1");
  thread.addOlder({ entries: [says(ADA, 1), says(BO, 2, { id: "m1" })], handshake: null, head: 2 });
  assert.deepEqual(thread.sends.all, []);
});

test("a repetition that overtakes its own entry does not take its place", () => {
  const thread = begun(1);
  thread.addOlder(page(1, 1));
  send(thread, "m1");
  assert.equal(thread.add(says(BO, 3, { id: "m1", repeat: true })), "known");
  assert.deepEqual(sends(thread), ["m1 sending"]);
  thread.add(says(ADA, 2));
  thread.add(says(BO, 3, { id: "m1" }));
  assert.deepEqual(seqs(thread), [1, 2, 3]);
  assert.deepEqual(thread.sends.all, []);
});

test("a repetition while the page is on its way waits for the page", () => {
  const thread = begun(2);
  send(thread, "m1");
  thread.add(says(BO, 2, { id: "m1", repeat: true }));
  assert.deepEqual(sends(thread), ["m1 sending"]);
  thread.addOlder({ entries: [says(ADA, 1), says(BO, 2, { id: "m1" })], handshake: null, head: 2 });
  assert.deepEqual(thread.sends.all, []);
});

test("a repetition of what lies before everything that is loaded ends the wait", () => {
  const early = begun(60);
  send(early, "m1");
  early.add(says(BO, 3, { id: "m1", repeat: true }));
  early.addOlder(page(11, 60));
  assert.deepEqual(early.sends.all, []);

  const late = begun(60);
  send(late, "m1");
  late.addOlder(page(11, 60));
  late.add(says(BO, 3, { id: "m1", repeat: true }));
  assert.deepEqual(late.sends.all, []);
});

test("a message that fails stays, with why, and can be taken back once", () => {
  const thread = begun(0);
  send(thread, "m1", "Hi");
  assert.equal(thread.sends.fail("m1", "closed"), true);
  assert.deepEqual(
    thread.sends.all.map(({ content, state, reason }) => [content, state, reason]),
    [["Hi", "failed", "closed"]],
  );
  assert.equal(thread.sends.takeBack("m1")?.content, "Hi");
  assert.equal(thread.sends.takeBack("m1"), undefined);
  assert.deepEqual(thread.sends.all, []);
});

test("a message on its way cannot be taken back, and one of somebody else does not fail", () => {
  const thread = begun(0);
  send(thread, "m1");
  assert.equal(thread.sends.takeBack("m1"), undefined);
  assert.equal(thread.sends.fail("other", "closed"), false);
  assert.deepEqual(sends(thread), ["m1 sending"]);
});

test("a failed message whose entry comes after all is an entry", () => {
  const thread = begun(0);
  send(thread, "m1");
  thread.sends.fail("m1", "unknown");
  thread.add(says(BO, 1, { id: "m1" }));
  assert.deepEqual(thread.sends.all, []);
});

test("own messages stay in the order in which they were written", () => {
  const thread = begun(0);
  for (const id of ["m1", "m2", "m3"]) send(thread, id);
  thread.sends.fail("m2", "closed");
  assert.deepEqual(sends(thread), ["m1 sending", "m2 failed", "m3 sending"]);
});
