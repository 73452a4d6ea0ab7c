// A conversation of Ada and Bo, entry by entry, for the tests of threads. Knows nothing of what is expected.

import { Thread, seqOf } from "../../src/model/thread.js";

export const ADA = 1;
export const BO = 2;
export const KEY = "offer_1:2";
export const PEOPLE = {
  [ADA]: { id: ADA, username: "ada", full_name: "Ada Lovelace" },
  [BO]: { id: BO, username: "bo", full_name: "Bo Diddley" },
};

export const says = (who, seq, { id, content = `entry ${seq}`, repeat } = {}) => ({
  type: "message",
  message: {
    id: seq,
    sender: PEOPLE[who],
    content,
    created_at: `2026-11-23T10:00:${String(seq % 60).padStart(2, "0")}.000Z`,
    is_read: false,
    conversation: KEY,
    seq,
    recipient_id: who === ADA ? BO : ADA,
    ...(id ? { client_message_id: id } : {}),
  },
  ...(repeat ? { repeat } : {}),
});

export const steps = (who, seq, status, { repeat } = {}) => ({
  type: "handshake",
  handshake: { seq, version: seq, status, actor_id: who, conversation: KEY, created_at: "2026-11-23T11:00:00.000Z" },
  ...(repeat ? { repeat } : {}),
});

export const page = (from, to, { who = ADA, handshake = null, head = to } = {}) => ({
  entries: Array.from({ length: to - from + 1 }, (_, index) => says(who, from + index)),
  handshake,
  head,
});

/** Bo's view of a conversation whose head is there. */
export function begun(head, more = {}) {
  const thread = new Thread(BO);
  const cursors = { read_up_to: 0, peer_read_up_to: 0 };
  thread.begin({ conversation: KEY, head, ...cursors, peer: PEOPLE[ADA], online: false, ...more });
  return thread;
}

export const seqs = (thread) => {
  const loaded = [];
  for (let seq = thread.first; seq <= thread.last; seq += 1) loaded.push(seqOf(thread.entry(seq)));
  return loaded;
};

export const send = (thread, id, content = "Hello!") =>
  thread.sends.add({ client_message_id: id, content, created_at: "2026-11-23T12:00:00.000Z" });

export const sends = (thread) => thread.sends.all.map(({ id, state }) => `${id} ${state}`);
