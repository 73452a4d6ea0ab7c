// What somebody has begun to write to others, each in its conversation. Knows nothing of the field it is written in.

/** @type {Map<string, string>} */
const drafts = new Map();

/**
 * The draft of a user in a conversation; empty where there is none.
 *
 * @param {number} me
 * @param {string} conversation
 */
export function draftOf(me, conversation) {
  const key = keyOf(me, conversation);
  return drafts.get(key) ?? stored((storage) => storage.getItem(key)) ?? "";
}

/**
 * Keeps a draft, and after a reload as well where the browser lets it.
 *
 * @param {number} me
 * @param {string} conversation
 * @param {string} text
 */
export function keepDraft(me, conversation, text) {
  const key = keyOf(me, conversation);
  drafts.set(key, text);
  stored((storage) => (text === "" ? storage.removeItem(key) : storage.setItem(key, text)));
}

/**
 * @param {number} me
 * @param {string} conversation
 */
function keyOf(me, conversation) {
  return `handsel-draft ${me} ${conversation}`;
}

/**
 * @template T
 * @param {(storage: Storage) => T} use
 */
function stored(use) {
  try {
    return use(sessionStorage);
  } catch {
    // Forbidden or full: the draft lives as long as the page.
    return undefined;
  }
}
