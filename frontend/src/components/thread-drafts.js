// What somebody has begun to write to others, each in its conversation. Knows nothing of the field it is written in.

/** What no storage takes, by socket manager: it ends with the log-in. @type {WeakMap<object, Map<string, string>>} */
const unstored = new WeakMap();

/**
 * The draft of a user in a conversation; empty where there is none.
 *
 * @param {{ socket: object, me: number }} user
 * @param {string} conversation
 */
export function draftOf({ socket, me }, conversation) {
  const key = storageKey(me, conversation);
  try {
    return unstored.get(socket)?.get(key) ?? sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/**
 * Keeps a draft, and after a reload as well where the browser lets it.
 *
 * @param {{ socket: object, me: number }} user
 * @param {string} conversation
 * @param {string} text
 */
export function keepDraft({ socket, me }, conversation, text) {
  const key = storageKey(me, conversation);
  const here = unstored.get(socket) ?? new Map();
  unstored.set(socket, here);
  try {
    if (text === "") sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
    here.delete(key);
  } catch {
    // Forbidden or full: the draft lives as long as the page.
    here.set(key, text);
  }
}

/**
 * @param {number} me
 * @param {string} conversation
 */
function storageKey(me, conversation) {
  return `handsel-draft ${me} ${conversation}`;
}
