// Finds the links in a text. Makes none of what could show another address than it leads to. Knows nothing of the DOM.

// An opening bracket inside a link lets its closing one belong to it, as in addresses of encyclopedias.
const PAIRS = new Map([[")", "("], ["]", "["], ["}", "{"], ["»", "«"], ["”", "“"], ["’", "‘"]]);
const TRAILING = /[.,;:!?'"*_~…()[\]{}«»“”‘’]/u;
const CANDIDATE = /(?<![\p{L}\p{N}_])https?:\/\/[^\s<>"\x60\\^|]+/giu;
// Controls and invisible characters, those that change the direction of writing among them.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const AUTHORITY = /^https?:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?=[/?#]|$)/i;

/**
 * @typedef {{ text: string, href?: string }} Piece  A piece of a text; a link where it has a `href`.
 */

/**
 * Takes a text apart into links and what is between them. All pieces together are the text again.
 *
 * @param {string} text
 * @returns {Piece[]}
 */
export function splitLinks(text) {
  /** @type {Piece[]} */
  const pieces = [];
  let done = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const link = withoutTrailing(match[0]);
    const href = hrefOf(link, match[0]);
    if (href === undefined) continue;
    if (match.index > done) pieces.push({ text: text.slice(done, match.index) });
    pieces.push({ text: link, href });
    done = match.index + link.length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done) });
  return pieces;
}

/** @param {string} candidate */
function withoutTrailing(candidate) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const character of candidate) counts.set(character, (counts.get(character) ?? 0) + 1);
  const count = (/** @type {string} */ character) => counts.get(character) ?? 0;
  let end = candidate.length;
  for (; end > 0; end -= 1) {
    const character = candidate.charAt(end - 1);
    const opening = PAIRS.get(character);
    if (!TRAILING.test(character) || (opening !== undefined && count(opening) >= count(character))) break;
    counts.set(character, count(character) - 1);
  }
  return candidate.slice(0, end);
}

/**
 * @param {string} link
 * @param {string} written the link with what follows it
 */
function hrefOf(link, written) {
  const authority = AUTHORITY.exec(link);
  // The host has to be written as it is: no other script, no user before an "@", no number that is an address.
  if (authority === null || INVISIBLE.test(written)) return undefined;
  try {
    const url = new URL(link);
    return url.hostname === authority[1]?.toLowerCase() ? url.href : undefined;
  } catch {
    return undefined;
  }
}
