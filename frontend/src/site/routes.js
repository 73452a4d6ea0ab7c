// Which view an address's hash means, and the hash of each. Pure; knows nothing of the views.

/** @import { ListingKind } from "../types.js" */

/**
 * @typedef {{ name: "start" }
 *   | { name: "log-in" }
 *   | { name: "register" }
 *   | { name: "listings", kind: ListingKind }
 *   | { name: "publish", kind: ListingKind }
 *   | { name: "messages", conversation: string | null }
 *   | { name: "not-found" }} Route
 */

const CONVERSATION = /^(?:offer|need)_[1-9]\d*(?::[1-9]\d*)?$/;

/** @type {Record<string, Route>} */
const ROUTES = {
  "": { name: "start" },
  "log-in": { name: "log-in" },
  register: { name: "register" },
  offers: { name: "listings", kind: "offer" },
  needs: { name: "listings", kind: "need" },
  "offers/new": { name: "publish", kind: "offer" },
  "needs/new": { name: "publish", kind: "need" },
  messages: { name: "messages", conversation: null },
};

/**
 * @param {string} hash as `location.hash` has it
 * @returns {Route}
 */
export function routeOf(hash) {
  const path = decoded(hash.replace(/^#?\/?/, "").replace(/\/$/, ""));
  if (Object.hasOwn(ROUTES, path)) return /** @type {Route} */ (ROUTES[path]);
  const conversation = path.startsWith("messages/") ? path.slice("messages/".length) : "";
  return CONVERSATION.test(conversation) ? { name: "messages", conversation } : { name: "not-found" };
}

/**
 * @param {Route} route
 * @returns {string} with the `#`
 */
export function hashOf(route) {
  switch (route.name) {
    case "listings":
      return `#/${route.kind}s`;
    case "publish":
      return `#/${route.kind}s/new`;
    case "messages":
      return route.conversation ? `#/messages/${route.conversation}` : "#/messages";
    case "start":
    case "not-found":
      return "#/";
    default:
      return `#/${route.name}`;
  }
}

/**
 * Whether a route is for people who are not logged in.
 *
 * @param {Route} route
 */
export function isForGuests(route) {
  return route.name === "log-in" || route.name === "register";
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
