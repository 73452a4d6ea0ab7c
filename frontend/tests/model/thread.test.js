// What is known of one conversation, whatever order the news of it comes in.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Thread, TYPING_MS, authorOf, seqOf, timeOf } from "../../src/model/thread.js";
import { begun, page, says, send, sends, seqs, steps, ADA, BO, KEY, PEOPLE } from "./talk.js";

test("before a hello nothing is known, and nothing is asked for", () => {
  const thread = new Thread(BO);
  assert.equal(thread.begun, false);
  assert.equal(thread.isEmpty, false);
  assert.equal(thread.hasOlder, false);
});

test("a conversation that has not begun is empty, and has no handshake", () => {
  const thread = begun(0);
  assert.equal(thread.isEmpty, true);
  assert.equal(thread.hasOlder, false);
  assert.equal(thread.knowsHandshake, true);
  assert.equal(thread.handshake, null);
});

test("the newest page ends at the head, and older ones go before it", () => {
  const thread = begun(7);
  assert.equal(thread.hasOlder, true);
  thread.addOlder(page(5, 7));
  thread.addOlder(page(2, 4));
  assert.deepEqual(seqs(thread), [2, 3, 4, 5, 6, 7]);
  assert.equal(thread.hasOlder, true);
  thread.addOlder(page(1, 1));
  assert.equal(thread.hasOlder, false);
});

test("entries that come live before the page has arrived stand behind it", () => {
  const thread = begun(3);
  assert.equal(thread.add(says(ADA, 4)), "added");
  assert.equal(thread.add(says(BO, 5)), "added");
  assert.deepEqual([thread.first, thread.last], [4, 5]);
  thread.addOlder(page(1, 3));
  assert.deepEqual(seqs(thread), [1, 2, 3, 4, 5]);
});

test("no entry is there twice, from wherever it comes", () => {
  const thread = begun(2);
  thread.addOlder(page(1, 2));
  thread.add(says(ADA, 3));
  assert.equal(thread.add(says(ADA, 3)), "known");
  assert.equal(thread.add(says(ADA, 1)), "known");
  thread.addOlder(page(1, 3));
  assert.deepEqual(seqs(thread), [1, 2, 3]);
});

test("a page that overlaps what is loaded adds what is missing alone", () => {
  const thread = begun(6);
  thread.addOlder(page(4, 6));
  thread.addOlder(page(2, 5));
  assert.deepEqual(seqs(thread), [2, 3, 4, 5, 6]);
});

test("an entry behind a hole is not taken", () => {
  const thread = begun(2);
  assert.equal(thread.add(says(ADA, 4)), "gap");
  assert.equal(thread.last, 2);
  assert.equal(thread.add(says(ADA, 3)), "added");
});

test("a page with a hole is not taken beyond it", () => {
  const thread = begun(6);
  thread.addOlder({ entries: [says(ADA, 3), says(ADA, 5), says(ADA, 6)], handshake: null, head: 6 });
  assert.deepEqual(seqs(thread), [5, 6]);
});

test("a server without the entries that it speaks of is not asked again and again", () => {
  const thread = begun(6);
  thread.addOlder({ entries: [], handshake: null, head: 6 });
  assert.equal(thread.hasOlder, false);
});

test("an entry of a kind that is not known keeps its place, and nothing is shown there", () => {
  const thread = begun(6, { read_up_to: 2 });
  const odd = { type: "poll", poll: { seq: 4 } };
  thread.addOlder({ entries: [says(ADA, 3), odd, says(ADA, 5), says(ADA, 6)], handshake: null, head: 6 });
  assert.deepEqual([thread.first, thread.last, thread.hasOlder], [3, 6, true]);
  assert.deepEqual([3, 4, 5, 6].map((seq) => thread.entry(seq)?.message.content), [
    "entry 3", undefined, "entry 5", "entry 6",
  ]);
  assert.deepEqual([3, 4, 5, 6].filter((seq) => thread.isFirstNew(seq)), [3]);
  assert.equal(thread.unreadUpTo, 6);
  thread.addOlder({ entries: [says(ADA, 1), { type: "poll" }], handshake: null, head: 6 });
  assert.deepEqual([thread.first, thread.hasOlder], [1, false]);
  assert.equal(thread.add(says(BO, 7)), "added");
  assert.deepEqual(thread.delivered, { read: 0, sent: 7 });
});

test("after a resume, entries go on where they stopped", () => {
  const thread = begun(1);
  thread.addOlder(page(1, 1));
  thread.resume({ conversation: KEY, head: 3, read_up_to: 1, peer_read_up_to: 1, peer: PEOPLE[ADA], online: true });
  assert.equal(thread.add(says(ADA, 2)), "added");
  assert.deepEqual(seqs(thread), [1, 2]);
  assert.equal(thread.online, true);
});

test("a reset forgets everything but what is still to be sent", () => {
  const thread = begun(3, { read_up_to: 3, peer_read_up_to: 2 });
  thread.addOlder(page(1, 3, { handshake: steps(ADA, 2, "pending").handshake }));
  send(thread, "m1");
  const { epoch } = thread;
  thread.begin({ conversation: KEY, head: 1, read_up_to: 0, peer_read_up_to: 1, peer: PEOPLE[ADA], online: false });
  assert.notEqual(thread.epoch, epoch);
  assert.deepEqual([thread.first, thread.last, thread.readUpTo, thread.peerReadUpTo], [2, 1, 0, 1]);
  assert.equal(thread.handshake, null);
  assert.equal(thread.knowsHandshake, false);
  assert.deepEqual(sends(thread), ["m1 sending"]);
  thread.addOlder(page(1, 1));
  assert.deepEqual(seqs(thread), [1]);
});

test("the handshake is the latest one, by version, from wherever it is heard of", () => {
  const thread = begun(3);
  assert.equal(thread.knowsHandshake, false);
  thread.add(steps(ADA, 4, "pending"));
  assert.equal(thread.knowsHandshake, true);
  thread.addOlder(page(1, 3, { handshake: steps(BO, 2, "declined").handshake }));
  assert.equal(thread.handshake?.version, 4);
  thread.add(steps(BO, 6, "approved", { repeat: true }));
  assert.equal(thread.handshake?.status, "approved");
  thread.add(says(ADA, 5));
  thread.add(steps(BO, 6, "approved"));
  assert.equal(thread.add(steps(ADA, 4, "pending", { repeat: true })), "known");
  assert.equal(thread.handshake?.version, 6);
  assert.deepEqual(seqs(thread), [1, 2, 3, 4, 5, 6]);
});

test("a page says that there is no handshake", () => {
  const thread = begun(1);
  thread.addOlder(page(1, 1));
  assert.equal(thread.knowsHandshake, true);
  assert.equal(thread.handshake, null);
});

test("cursors go forward alone, each its own", () => {
  const thread = begun(5, { read_up_to: 3, peer_read_up_to: 4 });
  thread.read(ADA, 2);
  thread.read(BO, 2);
  assert.deepEqual([thread.readUpTo, thread.peerReadUpTo], [3, 4]);
  thread.read(ADA, 5);
  assert.deepEqual([thread.readUpTo, thread.peerReadUpTo], [3, 5]);
  thread.resume({ read_up_to: 5, peer_read_up_to: 1 });
  assert.deepEqual([thread.readUpTo, thread.peerReadUpTo], [5, 5]);
});

test("a reader at the end tells the last entry, where anything of the peer's is new to them", () => {
  const thread = begun(2);
  assert.equal(thread.unreadUpTo, 0, "nothing is loaded yet");
  thread.addOlder(page(1, 2));
  assert.equal(thread.unreadUpTo, 2);
  thread.read(BO, 2);
  assert.equal(thread.unreadUpTo, 0);
  thread.add(says(BO, 3));
  assert.equal(thread.unreadUpTo, 0, "their own message is no news");
  thread.add(steps(ADA, 4, "pending"));
  thread.add(says(BO, 5));
  assert.equal(thread.unreadUpTo, 5);
});

test("what may be new and lies before the loaded entries is read with them", () => {
  const thread = begun(60, { read_up_to: 2 });
  thread.addOlder(page(11, 60, { who: BO }));
  assert.equal(thread.unreadUpTo, 60);
  thread.read(BO, 60);
  assert.equal(thread.unreadUpTo, 0);
});

test("what is below counts the peer's entries since the reader was at the end", () => {
  const thread = begun(2);
  thread.addOlder(page(1, 2));
  assert.equal(thread.below, 0);
  thread.add(says(ADA, 3));
  thread.add(says(BO, 4));
  thread.add(steps(ADA, 5, "pending"));
  assert.equal(thread.below, 2);
  thread.addOlder(page(1, 2));
  assert.equal(thread.below, 2, "older entries are not below");
  thread.seen();
  assert.equal(thread.below, 0);
});

test("the first entry that was new at opening is the peer's first behind the cursor", () => {
  const thread = begun(7, { read_up_to: 3 });
  thread.addOlder({ entries: [says(BO, 5), says(ADA, 6), says(ADA, 7)], handshake: null, head: 7 });
  assert.deepEqual([5, 6, 7].filter((seq) => thread.isFirstNew(seq)), [], "what lies before is not loaded yet");
  thread.addOlder({ entries: [says(ADA, 2), says(ADA, 3), says(BO, 4)], handshake: null, head: 7 });
  thread.add(says(ADA, 8));
  thread.read(BO, 8);
  assert.deepEqual([2, 3, 4, 5, 6, 7, 8].filter((seq) => thread.isFirstNew(seq)), [6]);
});

test("what comes after opening is not new in that sense, nor is anything where all of it is", () => {
  const read = begun(1, { read_up_to: 1 });
  read.addOlder(page(1, 1));
  read.add(says(ADA, 2));
  assert.equal(read.isFirstNew(2), false);
  const first = begun(1);
  first.addOlder(page(1, 1));
  assert.equal(first.isFirstNew(1), false);
});

test("delivery is said of the newest read and the newest sent message", () => {
  const thread = begun(0);
  assert.deepEqual(thread.delivered, { read: 0, sent: 0 });
  thread.add(says(BO, 1));
  thread.add(says(BO, 2));
  assert.deepEqual(thread.delivered, { read: 0, sent: 2 });
  thread.read(ADA, 1);
  assert.deepEqual(thread.delivered, { read: 1, sent: 2 });
  thread.add(says(ADA, 3));
  thread.read(ADA, 3);
  assert.deepEqual(thread.delivered, { read: 2, sent: 0 });
});

test("a peer types for a while, until they write, or until they go", () => {
  const thread = begun(0, { online: true });
  thread.types(BO, 0);
  assert.equal(thread.isTyping(1), false, "not oneself in another window");
  thread.types(ADA, 1_000);
  assert.equal(thread.isTyping(1_000 + TYPING_MS - 1), true);
  assert.equal(thread.isTyping(1_000 + TYPING_MS), false);
  thread.types(ADA, 2_000);
  thread.add(says(BO, 1));
  assert.equal(thread.isTyping(2_001), true, "one's own entry says nothing of the peer");
  thread.add(says(ADA, 2));
  assert.equal(thread.isTyping(2_002), false);
  thread.types(ADA, 3_000);
  thread.presence(ADA, false);
  assert.equal(thread.isTyping(3_001), false);
});

test("presence is the peer's alone", () => {
  const thread = begun(0);
  thread.presence(BO, true);
  assert.equal(thread.online, false);
  thread.presence(ADA, true);
  assert.equal(thread.online, true);
});

test("an entry says where it stands, who made it and when", () => {
  assert.deepEqual(
    [says(ADA, 3), steps(BO, 4, "pending")].map((entry) => [seqOf(entry), authorOf(entry), timeOf(entry)]),
    [
      [3, ADA, "2026-11-23T10:00:03.000Z"],
      [4, BO, "2026-11-23T11:00:00.000Z"],
    ],
  );
});

test("whatever the order of page, live entries and repetitions, each entry is there once and in order", () => {
  // A small generator of its own, so that a failure is the same at each run.
  let seed = 42;
  const below = (n) => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % n;
  for (let round = 0; round < 200; round += 1) {
    const head = 1 + below(20);
    const thread = begun(head);
    let live = head;
    for (let turn = 0; turn < 40; turn += 1) {
      const dice = below(4);
      if (dice === 0) thread.add(says(below(2) + 1, (live += 1)));
      if (dice === 1) thread.add(says(below(2) + 1, 1 + below(live), { repeat: true }));
      const before = thread.first - 1;
      if (dice === 2 && thread.hasOlder) thread.addOlder(page(Math.max(1, before - below(5)), before));
      if (dice === 3) thread.add(says(below(2) + 1, 1 + below(live)));
    }
    const expected = Array.from({ length: live - thread.first + 1 }, (_, index) => thread.first + index);
    assert.deepEqual(seqs(thread), expected);
  }
});
