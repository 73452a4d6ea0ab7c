// What days and times are called, in the reader's locale and time zone.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { dayOf, dayText, timeText } from "../../src/model/days.js";

const zone = process.env.TZ;
after(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

test("a day is the one on the reader's calendar", () => {
  process.env.TZ = "Asia/Tokyo";
  assert.equal(dayOf("2026-11-23T14:59:59.999Z"), "2026-11-23");
  assert.equal(dayOf("2026-11-23T15:00:00.000Z"), "2026-11-24");
  process.env.TZ = "America/New_York";
  assert.equal(dayOf("2026-11-23T04:59:59.999Z"), "2026-11-22");
  assert.equal(dayOf(new Date("2026-01-02T12:00:00Z")), "2026-01-02");
});

test("today and yesterday are called so, over the ends of months and years too", () => {
  assert.equal(dayText("2026-11-23", "2026-11-23"), "Today");
  assert.equal(dayText("2026-11-22", "2026-11-23"), "Yesterday");
  assert.equal(dayText("2026-02-28", "2026-03-01"), "Yesterday");
  assert.equal(dayText("2025-12-31", "2026-01-01"), "Yesterday");
});

test("yesterday is yesterday where the clocks have changed in between", () => {
  process.env.TZ = "Europe/Berlin";
  assert.equal(dayText("2026-10-25", "2026-10-26", "en"), "Yesterday");
  assert.equal(dayText("2026-10-24", "2026-10-26", "en"), "Saturday, October 24");
});

test("other days have their weekday and date, and their year where it is another", () => {
  for (const place of ["Pacific/Kiritimati", "Pacific/Pago_Pago"]) {
    process.env.TZ = place;
    assert.equal(dayText("2026-11-20", "2026-11-23", "en-GB"), "Friday 20 November");
    assert.equal(dayText("2025-11-20", "2026-11-23", "de"), "Donnerstag, 20. November 2025");
  }
});

test("a time is that of the reader's clock, in the reader's way", () => {
  process.env.TZ = "Europe/Berlin";
  assert.equal(timeText("2026-11-23T13:05:00.000Z", { locale: "de" }), "14:05");
  assert.match(timeText("2026-11-23T13:05:00.000Z", { locale: "en-US" }), /^2:05\sPM$/);
  const full = timeText("2026-11-23T13:05:00.000Z", { locale: "de", full: true });
  assert.match(full, /^Montag, 23\. November 2026 um 14:05$/);
});
