// Other people's words inside ours.

import assert from "node:assert/strict";
import { test } from "node:test";

import { isolated } from "../../src/model/isolate.js";

test("a name of one direction with our own stays as it is", () => {
  for (const name of ["Bo Diddley", "Zoë Å", "Ольга", "山田", "😀 👩‍👩‍👧"]) assert.equal(isolated(name), name);
});

test("a right-to-left name is enclosed, so that what follows it keeps its place", () => {
  assert.equal(isolated("دانة"), "\u2068دانة\u2069");
  assert.equal(isolated("דנה 2"), "\u2068דנה 2\u2069");
});

test("characters that steer direction are left out, so that none breaks out of its enclosure", () => {
  assert.equal(isolated("a\u202eb\u2069\u2066c\u200f"), "abc");
});
