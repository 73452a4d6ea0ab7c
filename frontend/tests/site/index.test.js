// The page's document: it preloads exactly the modules that it loads, and nothing of it is forbidden by its policy.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const START = "src/site/main.js";
const IMPORT = /^\s*(?:import|export)\s(?:[^"';]*?\sfrom\s)?\s*"([^"]+)";?$/gm;

const index = readFileSync(`${ROOT}/index.html`, "utf8");

/** All modules that one loads, itself included. */
function graph(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  const code = readFileSync(`${ROOT}/${path}`, "utf8").replace(/\/\*[^]*?\*\//g, "");
  for (const [, name] of code.matchAll(IMPORT)) {
    assert.match(name, /^\.\.?\/.*\.js$/, `${path} imports ${name}, which a browser would not find`);
    graph(posix.join(posix.dirname(path), name), found);
  }
  return found;
}

test("every module that the page loads is preloaded, and no other", () => {
  const preloaded = [...index.matchAll(/<link rel="modulepreload" href="([^"]+)">/g)].map(([, href]) => href);
  const loaded = [...graph(START)].filter((path) => path !== START);
  const lines = loaded.sort().map((path) => `    <link rel="modulepreload" href="${path}">`);
  assert.deepEqual(preloaded, loaded, `index.html should have, in this order:\n${lines.join("\n")}`);
});

test("the walk finds imports of every form that is used here", () => {
  const found = graph(START);
  for (const path of ["dom.js", "site/views/messages.js", "components/index.js", "utils/websocket.js"]) {
    assert.ok(found.has(`src/${path}`), path);
  }
  assert.ok(found.size > 20);
  assert.ok(!found.has("src/types.js"));
});

test("every address in the document is relative, and is there", () => {
  const addresses = [...index.matchAll(/\s(?:href|src)="([^"]+)"/g)].map(([, address]) => address);
  assert.ok(addresses.includes(START));
  for (const address of addresses) {
    assert.doesNotMatch(address, /^(?:[a-z]+:|\/)/);
    assert.ok(existsSync(`${ROOT}/${address}`), address);
  }
});

test("the document has nothing inline that its policy forbids", () => {
  assert.doesNotMatch(index, /<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/i);
});
