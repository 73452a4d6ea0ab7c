// What was typed and not yet sent.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Draft } from "../../src/site/draft.js";

/** Storage with the texts that it is given. */
function storageOf(texts = {}) {
  const values = new Map(Object.entries(texts));
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => values.set(key, value),
    removeItem: (key) => values.delete(key),
    values,
  };
}

test("what was typed is there after a reload, each field by itself, until it is cleared", () => {
  const storage = storageOf();
  const draft = new Draft(storage, "a");
  draft.keep("title", "Bike");
  draft.keep("description", "Red\n");
  draft.keep("title", "Bikes");
  const later = new Draft(storage, "a");
  assert.deepEqual([later.text("title"), later.text("description"), later.text("other")], ["Bikes", "Red\n", ""]);
  assert.equal(new Draft(storage, "b").text("title"), "");
  later.clear();
  assert.equal(storage.values.size, 0);
});

test("stored text that is no draft, or storage that fails, is done without", () => {
  for (const text of ["{", "7", "null", '"x"', '{"title":7}']) {
    assert.equal(new Draft(storageOf({ a: text }), "a").text("title"), "", text);
  }
  const refuse = () => {
    throw new DOMException("No storage", "SecurityError");
  };
  for (const storage of [undefined, { getItem: refuse, setItem: refuse, removeItem: refuse }]) {
    const draft = new Draft(storage, "a");
    draft.keep("title", "Bike");
    assert.equal(draft.text("title"), "");
    draft.clear();
  }
});
