// Which parts of a text are links, and which only look like one.

import assert from "node:assert/strict";
import { test } from "node:test";

import { splitLinks } from "../../src/model/links.js";

const links = (text) => splitLinks(text).flatMap(({ text: seen, href }) => (href === undefined ? [] : [[seen, href]]));
const joined = (text) => splitLinks(text).map((piece) => piece.text).join("");
const shown = (text) => links(text).map(([link]) => link);

const isNoLink = (text) => assert.deepEqual(splitLinks(text), text === "" ? [] : [{ text }], text);

test("a text without links is one piece, and an empty one none", () => {
  isNoLink("Hello!");
  isNoLink("");
});

test("links are found, with what stands around them", () => {
  assert.deepEqual(splitLinks("See https://example.org/a?b=c#d and http://example.com."), [
    { text: "See " },
    { text: "https://example.org/a?b=c#d", href: "https://example.org/a?b=c#d" },
    { text: " and " },
    { text: "http://example.com", href: "http://example.com/" },
    { text: "." },
  ]);
});

test("the scheme may be written in capitals, and the host may have a port or be an address", () => {
  assert.deepEqual(links("HTTPS://Example.org:8443/X"), [["HTTPS://Example.org:8443/X", "https://example.org:8443/X"]]);
  assert.deepEqual(shown("http://127.0.0.1:8000/"), ["http://127.0.0.1:8000/"]);
  assert.deepEqual(shown("http://[::1]:8000/x"), ["http://[::1]:8000/x"]);
});

test("punctuation behind a link is not part of it", () => {
  for (const end of [".", ",", "!", "?", ":", ";", "...", "…", ")", "].", "\"", "'", "”", "»", "**", "?!"]) {
    assert.deepEqual(shown(`https://example.org/a${end}`), ["https://example.org/a"], end);
  }
  assert.deepEqual(shown("(https://example.org/)"), ["https://example.org/"]);
  assert.deepEqual(shown("<https://example.org/>"), ["https://example.org/"]);
});

test("a closing bracket belongs to a link that has the opening one", () => {
  assert.deepEqual(shown("https://example.org/Handsel_(law)"), ["https://example.org/Handsel_(law)"]);
  assert.deepEqual(shown("(https://example.org/Handsel_(law))."), ["https://example.org/Handsel_(law)"]);
  assert.deepEqual(shown("https://example.org/a(b)c)"), ["https://example.org/a(b)c"]);
});

test("no other scheme makes a link", () => {
  for (const text of [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//http",
    "data:text/html,<script>alert(1)</script>",
    "ftp://example.org/",
    "mailto:ada@example.org",
    "www.example.org",
    "xhttps://example.org/",
    "éhttps://example.org/",
    "https:/example.org",
    "https://",
    "http:// example.org",
  ]) {
    isNoLink(text);
  }
});

test("a scheme inside of another is the link that it is", () => {
  assert.deepEqual(links("javascript:https://example.org/"), [["https://example.org/", "https://example.org/"]]);
});

test("an address with a user in it is no link", () => {
  isNoLink("https://good.example@evil.example/");
  isNoLink("https://good.example:secret@evil.example/");
  isNoLink("https://@evil.example/");
  assert.deepEqual(shown("https://example.org/@ada"), ["https://example.org/@ada"]);
});

test("a host has to be written as it is", () => {
  isNoLink("https://аpple.com/"); // a Cyrillic letter
  isNoLink("https://ｅxample.org/"); // a letter of full width
  isNoLink("https://%65xample.org/");
  isNoLink("http://2130706433/");
  isNoLink("http://0x7f.1/");
  isNoLink("https://example.org。evil.example/"); // an ideographic full stop
  assert.deepEqual(shown("https://xn--pple-43d.com/"), ["https://xn--pple-43d.com/"]);
});

test("a backslash ends a link, since browsers take it for a slash", () => {
  assert.deepEqual(links("https://good.example\\@evil.example/"), [["https://good.example", "https://good.example/"]]);
});

test("what changes the direction of writing, or cannot be seen, makes no link", () => {
  for (const hidden of "\u202e\u202d\u2066\u2069\u200f\u061c\u200b\u00ad\u2060\u0007") {
    isNoLink(`https://example.org/${hidden}gro.live`);
    isNoLink(`https://exam${hidden}ple.org/`);
  }
});

test("a path in another script is a link", () => {
  assert.deepEqual(links("https://example.org/שלום"), [
    ["https://example.org/שלום", "https://example.org/%D7%A9%D7%9C%D7%95%D7%9D"],
  ]);
});

test("emoji around a link are not part of it", () => {
  const pieces = splitLinks("👉 https://example.org 👈🏽").map(({ text }) => text);
  assert.deepEqual(pieces, ["👉 ", "https://example.org", " 👈🏽"]);
});

test("the pieces are the text again, whatever it is", () => {
  for (const text of ["a https://b.example/).c http://d@e https://f", "http://http://http://", "))https://a.example(("]) {
    assert.equal(joined(text), text);
  }
});

test("a text made to be slow is not", { timeout: 2_000 }, () => {
  for (const part of [")", "(", "https://", "https://a", ".", "@", "https://a.b/("]) {
    const text = `https://example.org/${part.repeat(200_000 / part.length)}`;
    assert.equal(joined(text), text);
  }
});
