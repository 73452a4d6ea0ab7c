// Addresses of the site: which view each means, and back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOf, isForGuests, routeOf } from "../../src/site/routes.js";

const ROUTES = {
  "#/": { name: "start" },
  "#/log-in": { name: "log-in" },
  "#/register": { name: "register" },
  "#/offers": { name: "listings", kind: "offer" },
  "#/needs": { name: "listings", kind: "need" },
  "#/offers/new": { name: "publish", kind: "offer" },
  "#/needs/new": { name: "publish", kind: "need" },
  "#/messages": { name: "messages", conversation: null },
  "#/messages/offer_1": { name: "messages", conversation: "offer_1" },
  "#/messages/need_12:345": { name: "messages", conversation: "need_12:345" },
};

test("every address and its route are one another's", () => {
  for (const [hash, route] of Object.entries(ROUTES)) {
    assert.deepEqual(routeOf(hash), route, hash);
    assert.equal(hashOf(route), hash);
  }
});

test("an address without a hash, with a slash at its end or an encoded colon is understood", () => {
  assert.deepEqual(routeOf(""), { name: "start" });
  assert.deepEqual(routeOf("#"), { name: "start" });
  assert.deepEqual(routeOf("#/offers/"), { name: "listings", kind: "offer" });
  assert.deepEqual(routeOf("#/messages/offer_1%3A2"), { name: "messages", conversation: "offer_1:2" });
});

test("anything else is not found, and nothing that is no conversation gets through as one", () => {
  const strange = [
    "#/offers/7",
    "#/messages/x",
    "#/messages/offer_0",
    "#/messages/offer_1:",
    "#/messages/offer_1:2:3",
    "#/messages/offer_1/../x",
    "#/messages/%",
    "#/messages/offer_1%0A",
    "#/constructor",
    "#/__proto__",
    "#/%E0%A4%A",
  ];
  for (const hash of strange) assert.deepEqual(routeOf(hash), { name: "not-found" }, hash);
  assert.equal(hashOf({ name: "not-found" }), "#/");
});

test("the log-in and the registration are for guests, the rest is not", () => {
  for (const [hash, route] of Object.entries(ROUTES)) {
    assert.equal(isForGuests(route), hash === "#/log-in" || hash === "#/register", hash);
  }
});
