// Reading the list of conversations over a slow HTTP, while the inbox goes on.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ConversationReader } from "../../src/components/conversation-reader.js";
import { Conversations } from "../../src/model/conversations.js";

/** @import { ConversationRow, MessageFrame } from "../../src/types.js" */

const ADA = 1;
const PEER = { id: 2, username: "bo", full_name: "Bo" };

/**
 * @param {string} conversation
 * @param {number} seq
 * @returns {MessageFrame}
 */
function message(conversation, seq) {
  return {
    type: "message",
    message: {
      id: seq, sender: PEER, content: "words", created_at: `2026-11-23T10:00:0${seq}.000Z`, is_read: false,
      conversation, seq, recipient_id: ADA,
    },
  };
}

/**
 * @param {string} conversation
 * @param {number} seq
 * @returns {ConversationRow}
 */
function row(conversation, seq) {
  return {
    conversation, peer: PEER, role: "owner", last_entry: message(conversation, seq), unread_count: 0, your_turn: false,
    listing: {
      id: 1, kind: "offer", conversation: "offer_1", owner: PEER, title: "Bike repair", description: "", status: "open",
      created_at: "2026-11-23T09:00:00.000Z",
    },
    handshake: null, head: seq, read_up_to: seq,
  };
}

/** A server whose answers are given one by one, and what a reader makes of them. */
class Scene {
  list = new Conversations(ADA);
  /** @type {{ next: string | undefined, answer: (page: any) => void, fail: (error: Error) => void }[]} */
  asked = [];
  changes = 0;
  reader = new ConversationReader(
    { conversations: (next) => new Promise((answer, fail) => this.asked.push({ next, answer, fail })) },
    this.list,
    () => (this.changes += 1),
  );

  /**
   * Answers the request that was made last; all that follows from it has happened afterwards.
   *
   * @param {ConversationRow[]} results
   * @param {string | null} [next]
   */
  async answers(results, next = null) {
    this.asked.at(-1)?.answer({ results, next });
    await settled();
  }

  async fails() {
    this.asked.at(-1)?.fail(new Error("no network"));
    await settled();
  }

  get keys() {
    return this.list.rows.map(({ conversation }) => conversation);
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("the first page is read, and the next one where it is asked for", async () => {
  const scene = new Scene();
  scene.reader.refresh();
  assert.equal(scene.reader.reading, true);
  assert.equal(scene.reader.read, false);
  await scene.answers([row("offer_1:2", 9)], "page 2");
  assert.deepEqual([scene.reader.reading, scene.reader.read, scene.reader.more], [false, true, true]);

  scene.reader.readMore();
  assert.equal(scene.asked.at(-1)?.next, "page 2");
  await scene.answers([row("offer_1:3", 8)]);
  assert.deepEqual(scene.keys, ["offer_1:2", "offer_1:3"]);
  assert.equal(scene.reader.more, false);
  scene.reader.readMore();
  assert.equal(scene.asked.length, 2);
});

test("one request at a time: what is asked for meanwhile is read once, afterwards", async () => {
  const scene = new Scene();
  scene.reader.refresh();
  scene.reader.refresh();
  scene.reader.refresh();
  scene.reader.readMore();
  assert.equal(scene.asked.length, 1);
  await scene.answers([]);
  assert.equal(scene.asked.length, 2);
  await scene.answers([row("offer_1:2", 9)]);
  assert.equal(scene.asked.length, 2);
  assert.deepEqual(scene.keys, ["offer_1:2"]);
});

test("it is read again as far as it was known", async () => {
  const scene = new Scene();
  scene.reader.refresh();
  await scene.answers([row("offer_1:2", 9)], "page 2");
  scene.reader.readMore();
  await scene.answers([row("offer_1:3", 8)], "page 3");

  scene.reader.refresh();
  await scene.answers([row("offer_1:4", 9)], "page 2 anew");
  assert.equal(scene.asked.at(-1)?.next, "page 2 anew");
  await scene.answers([row("offer_1:2", 9)], "page 3 anew");
  assert.deepEqual(scene.keys.sort(), ["offer_1:2", "offer_1:4"]);
  scene.reader.readMore();
  assert.equal(scene.asked.at(-1)?.next, "page 3 anew");
});

test("a conversation that begins while the list is read is read after it", async () => {
  const scene = new Scene();
  scene.reader.refresh();
  scene.list.entry(message("offer_1:7", 1));
  await scene.answers([]);
  assert.equal(scene.asked.length, 2);
  await scene.answers([row("offer_1:7", 1)]);
  assert.deepEqual(scene.keys, ["offer_1:7"]);
  assert.equal(scene.asked.length, 2);
});

test("a failure is told, keeps what was there, and ends with the next attempt", async () => {
  const scene = new Scene();
  scene.reader.refresh();
  await scene.answers([row("offer_1:2", 9)], "page 2");
  scene.reader.refresh();
  await scene.fails();
  assert.match(String(scene.reader.error), /no network/);
  assert.deepEqual(scene.keys, ["offer_1:2"]);
  assert.equal(scene.asked.length, 2);

  scene.reader.refresh();
  assert.equal(scene.reader.error, null);
  await scene.answers([row("offer_1:2", 9)]);
  assert.equal(scene.reader.more, false);
});

test("a page that fails can be asked for again, and does not hold up what was asked for meanwhile", async () => {
  const scene = new Scene();
  scene.reader.refresh();
  await scene.answers([row("offer_1:2", 9)], "page 2");
  scene.reader.readMore();
  scene.reader.refresh();
  await scene.fails();
  assert.equal(scene.asked.at(-1)?.next, undefined);
  await scene.answers([row("offer_1:2", 9)], "page 2");
  assert.equal(scene.reader.error, null);
  scene.reader.readMore();
  assert.equal(scene.asked.at(-1)?.next, "page 2");
});

test("where reading the list anew has failed, it is made up for once the next page could be read", async () => {
  const scene = new Scene();
  scene.reader.refresh();
  await scene.answers([row("offer_1:2", 9)], "page 2");
  scene.reader.refresh();
  await scene.fails();
  scene.reader.readMore();
  await scene.answers([row("offer_1:3", 8)]);
  assert.equal(scene.asked.length, 4);
  assert.equal(scene.asked.at(-1)?.next, undefined);
  await scene.answers([row("offer_1:4", 9), row("offer_1:3", 8)]);
  assert.deepEqual(scene.keys.sort(), ["offer_1:3", "offer_1:4"]);
  assert.deepEqual([scene.reader.error, scene.asked.length], [null, 4]);
});

test("a row that moves to the front between two pages is read again", async () => {
  const scene = new Scene();
  scene.reader.refresh();
  await scene.answers([row("offer_1:2", 5)], "page 2");
  scene.reader.readMore();
  await scene.answers([row("offer_1:3", 4)]);

  scene.reader.refresh();
  await scene.answers([row("offer_1:2", 5)], "page 2");
  // Its row was on the second page, and now would be on the first, with what the inbox does not say.
  scene.list.entry(message("offer_1:3", 5));
  await scene.answers([]);
  assert.equal(scene.asked.at(-1)?.next, undefined);
  assert.equal(scene.asked.length, 5);
  await scene.answers([{ ...row("offer_1:3", 5), your_turn: true }, row("offer_1:2", 5)]);
  assert.equal(scene.list.row("offer_1:3")?.your_turn, true);
  assert.equal(scene.asked.length, 5);
});

test("once it is stopped, an answer changes nothing, and nothing more is asked", async () => {
  const scene = new Scene();
  scene.reader.refresh();
  scene.reader.refresh();
  const { changes } = scene;
  scene.reader.stop();
  await scene.answers([row("offer_1:2", 9)], "page 2");
  scene.reader.refresh();
  scene.reader.readMore();
  await settled();
  assert.deepEqual([scene.keys, scene.asked.length, scene.changes], [[], 1, changes]);
});
