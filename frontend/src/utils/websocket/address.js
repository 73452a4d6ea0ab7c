// Where sockets connect to, and what the names of conversations say. Knows nothing of sockets.

/** The connection that carries all conversations of the user. */
export const INBOX = "inbox";

/**
 * The address below which sockets are: `wss://talk.example.org/prefix/`.
 *
 * @param {string | URL | undefined} url where Handsel is; its whole path is the prefix
 * @param {string | null} page the address of the page, which counts where no `url` is given
 */
export function baseAddress(url, page) {
  if (url === undefined && page === null) throw new TypeError("url is needed where there is no page");
  const base = url === undefined ? new URL(".", page ?? "") : new URL(url, page ?? undefined);
  if (!["http:", "https:", "ws:", "wss:"].includes(base.protocol)) {
    throw new TypeError(`url must begin with http, https, ws or wss: ${base.href}`);
  }
  const scheme = base.protocol === "https:" || base.protocol === "wss:" ? "wss:" : "ws:";
  return `${scheme}//${base.host}${base.pathname.endsWith("/") ? base.pathname : `${base.pathname}/`}`;
}

/**
 * @param {string} base
 * @param {string} connection
 * @param {number | null} after behind which entry the socket goes on
 */
export function socketAddress(base, connection, after) {
  if (connection === INBOX) return `${base}ws/inbox/`;
  // As a segment of a path, dots would lead elsewhere even where they are encoded. Encoded twice they are no name of a
  // conversation, and that is for the server to say.
  const segment = /^\.+$/.test(connection) ? connection.replaceAll(".", "%252E") : encodeURIComponent(connection);
  return `${base}ws/chat/${segment}/${after === null ? "" : `?after=${after}`}`;
}

/**
 * Whether it is a key, `offer_1:2`, and no short form.
 *
 * @param {string} conversation
 */
export function isKey(conversation) {
  return conversation.includes(":");
}

/**
 * The listing of a key, which is its short form, too.
 *
 * @param {string} key
 */
export function listingOf(key) {
  return key.split(":", 1)[0] ?? key;
}

/**
 * @param {string} key
 */
export function respondentOf(key) {
  return Number(key.slice(key.indexOf(":") + 1));
}
