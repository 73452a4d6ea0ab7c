// The list of conversations, as Ada sees it: what she reads over HTTP, what her inbox says, in every order.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Conversations } from "../../src/model/conversations.js";

/** @import { ConversationRow, HandshakeStatus, HandshakeFrame, MessageFrame, Person } from "../../src/types.js" */

const ADA = 1;
const BO = 2;
const CY = 3;
/** @type {Record<number, Person>} */
const PEOPLE = {
  [ADA]: { id: ADA, username: "ada", full_name: "Ada" },
  [BO]: { id: BO, username: "bo", full_name: "Bo" },
  [CY]: { id: CY, username: "cy", full_name: "Cy" },
};

/** @param {number} second */
const at = (second) => `2026-11-23T10:00:${String(second).padStart(2, "0")}.000Z`;

/**
 * @param {string} conversation
 * @param {number} seq
 * @param {number} sender
 * @returns {MessageFrame}
 */
function message(conversation, seq, sender, second = seq) {
  const person = PEOPLE[sender] ?? assert.fail();
  return {
    type: "message",
    message: {
      id: seq, sender: person, content: `words ${seq}`, created_at: at(second), is_read: false, conversation, seq,
      recipient_id: sender === ADA ? BO : ADA,
    },
  };
}

/**
 * @param {string} conversation
 * @param {number} seq
 * @param {HandshakeStatus} status
 * @param {{ initiator?: number, actor?: number }} [who]
 * @returns {HandshakeFrame}
 */
function step(conversation, seq, status, { initiator = BO, actor = initiator } = {}) {
  return {
    type: "handshake",
    handshake: {
      id: "handshake_1_2", status, user1_id: ADA, user2_id: BO, initiator_id: initiator, message: "", conversation, seq,
      uid: `${conversation}#2`, actor_id: actor, version: seq, note: null, terms: null, completed_by: [],
      created_at: at(seq),
    },
  };
}

/**
 * A row as the server has it; by default ada has read all.
 *
 * @param {string} conversation
 * @param {MessageFrame | HandshakeFrame} last
 * @param {Partial<ConversationRow>} [more]
 * @returns {ConversationRow}
 */
function row(conversation, last, more = {}) {
  const entry = last.type === "message" ? last.message : last.handshake;
  const peer = PEOPLE[Number(conversation.split(":")[1])] ?? assert.fail();
  return {
    conversation, peer, role: "owner", last_entry: last, unread_count: 0, your_turn: false,
    listing: {
      id: 1, kind: "offer", conversation: "offer_1", owner: PEOPLE[ADA] ?? assert.fail(), title: "Bike repair",
      description: "", status: "open", created_at: at(0),
    },
    handshake: last.type === "handshake" ? last.handshake : null,
    head: entry.seq, read_up_to: entry.seq, ...more,
  };
}

/**
 * Bo's row, whose last message is his and unread.
 *
 * @param {number} head
 * @param {number} unread
 * @param {number} readUpTo
 */
function unreadRow(head, unread, readUpTo) {
  const more = { unread_count: unread, your_turn: true, read_up_to: readUpTo };
  return row("offer_1:2", message("offer_1:2", head, BO), more);
}

/** @param {ConversationRow[]} rows */
function listOf(...rows) {
  const list = new Conversations(ADA);
  list.replace(rows, list.mark());
  return list;
}

/** @param {Conversations} list */
const order = (list) => list.rows.map(({ conversation }) => conversation);

/**
 * @param {Conversations} list
 * @param {string} [conversation]
 */
function state(list, conversation = "offer_1:2") {
  const { head, read_up_to, unread_count, your_turn } = list.row(conversation) ?? assert.fail("no such row");
  return { head, read_up_to, unread_count, your_turn };
}

test("the conversation with the newest entry comes first", () => {
  const list = listOf(row("offer_1:3", message("offer_1:3", 8, CY)), row("offer_1:2", message("offer_1:2", 4, BO)));
  assert.deepEqual(order(list), ["offer_1:3", "offer_1:2"]);

  list.entry(message("offer_1:2", 5, BO, 30));
  assert.deepEqual(order(list), ["offer_1:2", "offer_1:3"]);
});

test("of entries of one moment, the order is the server's", () => {
  const list = listOf(row("offer_1:3", message("offer_1:3", 4, CY)), row("offer_1:2", message("offer_1:2", 4, BO)));
  assert.deepEqual(order(list), ["offer_1:3", "offer_1:2"]);
});

test("the peer's message is unread and makes it one's turn", () => {
  const list = listOf(row("offer_1:2", message("offer_1:2", 4, ADA)));
  assert.equal(list.entry(message("offer_1:2", 5, BO)), true);
  assert.deepEqual(state(list), { head: 5, read_up_to: 4, unread_count: 1, your_turn: true });
  assert.deepEqual(list.row("offer_1:2")?.last_entry, message("offer_1:2", 5, BO));
  assert.equal(list.unread, 1);
  assert.equal(list.uncertain, false);
});

test("one's own message reads nothing, but it is no longer one's turn", () => {
  const list = listOf(unreadRow(4, 2, 2));
  list.entry(message("offer_1:2", 5, ADA));
  assert.deepEqual(state(list), { head: 5, read_up_to: 2, unread_count: 2, your_turn: false });
});

test("reading to the end leaves nothing unread, wherever one read it", () => {
  const list = listOf(unreadRow(4, 2, 2));
  assert.equal(list.read("offer_1:2", ADA, 4), true);
  assert.deepEqual(state(list), { head: 4, read_up_to: 4, unread_count: 0, your_turn: false });
  assert.equal(list.unread, 0);
  assert.equal(list.uncertain, false);
});

test("the peer's reading changes nothing here, and neither does an old cursor", () => {
  const list = listOf(unreadRow(4, 2, 2));
  const before = list.row("offer_1:2");
  assert.equal(list.read("offer_1:2", BO, 4), false);
  assert.equal(list.read("offer_1:2", ADA, 2), false);
  assert.equal(list.row("offer_1:2"), before);
});

test("a cursor among messages that were heard is exact", () => {
  const list = listOf(row("offer_1:2", message("offer_1:2", 4, ADA)));
  for (const seq of [5, 6, 7]) list.entry(message("offer_1:2", seq, BO));
  list.read("offer_1:2", ADA, 5);
  assert.deepEqual(state(list), { head: 7, read_up_to: 5, unread_count: 2, your_turn: true });
  assert.equal(list.uncertain, false);
});

test("a cursor among messages that were only counted leaves the count uncertain until it is read again", () => {
  const list = listOf(unreadRow(9, 3, 2));
  list.read("offer_1:2", ADA, 5);
  assert.equal(list.uncertain, true);

  const mark = list.mark();
  assert.equal(list.uncertain, false);
  list.replace([unreadRow(9, 1, 5)], mark);
  assert.deepEqual(state(list), { head: 9, read_up_to: 5, unread_count: 1, your_turn: true });
  assert.equal(list.uncertain, false);
});

test("no more than a hundred are counted", () => {
  const list = listOf(unreadRow(50, 99, 9));
  for (const seq of [51, 52, 53]) list.entry(message("offer_1:2", seq, BO));
  assert.equal(state(list).unread_count, 100);
});

test("a handshake that the peer starts makes it one's turn until it is answered", () => {
  const list = listOf(row("offer_1:2", message("offer_1:2", 4, ADA)));
  list.entry(step("offer_1:2", 5, "pending"));
  assert.deepEqual(state(list), { head: 5, read_up_to: 4, unread_count: 0, your_turn: true });
  assert.equal(list.row("offer_1:2")?.handshake?.status, "pending");

  list.entry(step("offer_1:2", 6, "approved", { actor: ADA }));
  assert.equal(state(list).your_turn, false);
  assert.equal(list.row("offer_1:2")?.handshake?.version, 6);
});

test("a handshake that one starts oneself does not", () => {
  const list = listOf(row("offer_1:2", message("offer_1:2", 4, ADA)));
  list.entry(step("offer_1:2", 5, "pending", { initiator: ADA }));
  assert.equal(state(list).your_turn, false);
});

test("a step does not hide that the last message is the peer's and unread", () => {
  const list = listOf(row("offer_1:2", message("offer_1:2", 4, ADA)));
  list.entry(message("offer_1:2", 5, BO));
  list.entry(step("offer_1:2", 6, "pending", { initiator: ADA }));
  assert.deepEqual(state(list), { head: 6, read_up_to: 4, unread_count: 1, your_turn: true });
});

test("behind a step that was read, who wrote last is known from whose turn it was", () => {
  const own = step("offer_1:2", 6, "pending", { initiator: ADA });
  const theirs = listOf(row("offer_1:2", own, { unread_count: 1, your_turn: true, read_up_to: 4 }));
  theirs.entry(step("offer_1:2", 7, "declined", { initiator: ADA, actor: BO }));
  assert.equal(state(theirs).your_turn, true);

  const mine = listOf(row("offer_1:2", own, { unread_count: 1, your_turn: false, read_up_to: 3 }));
  mine.entry(step("offer_1:2", 7, "declined", { initiator: ADA, actor: BO }));
  assert.equal(state(mine).your_turn, false);
  assert.equal(mine.uncertain, false);
});

test("where the peer's handshake hid who wrote last, it is uncertain once the handshake is answered", () => {
  const list = listOf(
    row("offer_1:2", step("offer_1:2", 6, "pending"), { unread_count: 1, your_turn: true, read_up_to: 3 }),
  );
  list.entry(step("offer_1:2", 7, "declined", { actor: ADA }));
  assert.equal(list.uncertain, true);
});

test("an entry that is not newer than the head changes nothing", () => {
  const list = listOf(row("offer_1:2", message("offer_1:2", 4, BO)));
  const before = list.row("offer_1:2");
  assert.equal(list.entry({ ...step("offer_1:2", 3, "pending"), repeat: true }), false);
  assert.equal(list.entry(message("offer_1:2", 4, BO)), false);
  assert.equal(list.row("offer_1:2"), before);
});

test("an entry behind a hole is taken, and what lies between is uncertain", () => {
  const list = listOf(row("offer_1:2", message("offer_1:2", 4, ADA)));
  list.entry(message("offer_1:2", 7, BO));
  assert.equal(state(list).head, 7);
  assert.equal(list.uncertain, true);
});

test("a conversation that is not known has to be read", () => {
  const list = listOf();
  assert.equal(list.entry(message("offer_1:2", 1, BO)), false);
  assert.equal(list.uncertain, true);
  assert.deepEqual(order(list), []);

  list.mark();
  assert.equal(list.read("offer_1:2", ADA, 1), false);
  assert.equal(list.uncertain, true);
});

test("what was read before an entry came does not undo it", () => {
  const list = listOf(row("offer_1:2", message("offer_1:2", 4, ADA)));
  const mark = list.mark();
  list.entry(message("offer_1:2", 5, BO));
  list.replace([row("offer_1:2", message("offer_1:2", 4, ADA))], mark);
  assert.deepEqual(state(list), { head: 5, read_up_to: 4, unread_count: 1, your_turn: true });
});

test("what was read after an entry had come does not count it twice", () => {
  const list = listOf(row("offer_1:2", message("offer_1:2", 4, ADA)));
  const mark = list.mark();
  list.entry(message("offer_1:2", 5, BO));
  const fresh = unreadRow(6, 2, 4);
  list.replace([fresh], mark);
  assert.deepEqual(state(list), { head: 6, read_up_to: 4, unread_count: 2, your_turn: true });
  assert.equal(list.entry(message("offer_1:2", 6, BO)), false);
  assert.equal(state(list).unread_count, 2);
});

test("an uncertain count becomes certain even where an entry came while it was read", () => {
  const list = listOf(unreadRow(9, 3, 2));
  list.read("offer_1:2", ADA, 5);
  const mark = list.mark();
  list.entry(message("offer_1:2", 10, BO));
  list.replace([unreadRow(9, 1, 5)], mark);
  assert.deepEqual(state(list), { head: 10, read_up_to: 5, unread_count: 2, your_turn: true });
  assert.equal(list.uncertain, false);
});

test("a cursor that was heard while the rows were read is not undone by them", () => {
  const list = listOf(unreadRow(4, 2, 2));
  const mark = list.mark();
  list.read("offer_1:2", ADA, 4);
  const older = unreadRow(4, 2, 2);
  list.replace([older], mark);
  assert.deepEqual(state(list), { head: 4, read_up_to: 4, unread_count: 0, your_turn: false });
});

test("what nothing was heard of is as it is read, even where the server has gone back", () => {
  const list = listOf(row("offer_1:2", message("offer_1:2", 9, BO)));
  list.replace([row("offer_1:2", message("offer_1:2", 4, ADA))], list.mark());
  assert.equal(state(list).head, 4);
  assert.equal(list.entry(message("offer_1:2", 5, BO)), true);
});

test("rows that are read anew push out those that have moved behind them, but not what came meanwhile", () => {
  const list = listOf(
    row("offer_1:3", message("offer_1:3", 3, CY)),
    row("offer_1:2", message("offer_1:2", 2, BO)),
    row("need_1:2", message("need_1:2", 1, BO)),
  );
  const mark = list.mark();
  list.entry(message("need_1:2", 2, BO, 40));
  list.replace([row("need_2:3", message("need_2:3", 9, CY)), row("offer_1:3", message("offer_1:3", 3, CY))], mark);
  assert.deepEqual(order(list), ["need_1:2", "need_2:3", "offer_1:3"]);
});

test("further rows come behind, and those that moved up meanwhile stay where they are", () => {
  const list = listOf(row("offer_1:3", message("offer_1:3", 9, CY)));
  const mark = list.mark();
  list.add([row("offer_1:2", message("offer_1:2", 4, BO))], mark);
  assert.deepEqual(order(list), ["offer_1:3", "offer_1:2"]);
  assert.equal(list.size, 2);
});

test("a row is the same object until it changes", () => {
  const list = listOf(row("offer_1:2", message("offer_1:2", 4, BO)), row("offer_1:3", message("offer_1:3", 3, CY)));
  const [bo, cy] = [list.row("offer_1:2"), list.row("offer_1:3")];
  list.entry(message("offer_1:2", 5, BO));
  assert.notEqual(list.row("offer_1:2"), bo);
  assert.equal(list.row("offer_1:3"), cy);
});

test("the short form names the conversation in which the user is the respondent, and no other", () => {
  const list = listOf(row("offer_1:2", message("offer_1:2", 4, BO)));
  assert.equal(list.row("offer_1"), undefined);

  const bos = new Conversations(BO);
  bos.replace([row("offer_1:2", message("offer_1:2", 4, BO), { role: "respondent", peer: PEOPLE[ADA] })], bos.mark());
  assert.equal(bos.row("offer_1")?.conversation, "offer_1:2");
});
