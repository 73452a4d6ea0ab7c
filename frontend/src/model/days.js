// Days and times as a reader calls them, in their locale and time zone. Knows nothing of the DOM.

import { strings } from "../strings.js";

const DAY_MS = 86_400_000;

/**
 * The reader's calendar day of a moment, as `2026-11-23`.
 *
 * @param {Date | string} moment
 */
export function dayOf(moment) {
  const date = new Date(moment);
  const pad = (/** @type {number} */ part) => String(part).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/**
 * What a day is called on another: today, yesterday, or its weekday and date, with the year where it is another.
 *
 * @param {string} day
 * @param {string} today
 * @param {string} [locale]
 */
export function dayText(day, today, locale) {
  if (day === today) return strings.today;
  // Counted in UTC, where each day is as long as the other.
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (midnight === Date.parse(`${today}T00:00:00Z`) - DAY_MS) return strings.yesterday;
  const year = day.slice(0, 4) === today.slice(0, 4) ? undefined : "numeric";
  const format = { weekday: "long", day: "numeric", month: "long", year, timeZone: "UTC" };
  return new Intl.DateTimeFormat(locale, /** @type {Intl.DateTimeFormatOptions} */ (format)).format(midnight);
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * The time of day of a moment; with `full`, its date as well.
 *
 * @param {string} moment
 * @param {{ full?: boolean, locale?: string }} [options]
 */
export function timeText(moment, { full = false, locale } = {}) {
  const key = `${full} ${locale}`;
  let format = formats.get(key);
  if (!format) {
    // Making a format is dear, and a timeline has thousands of times.
    format = new Intl.DateTimeFormat(locale, full ? { dateStyle: "full", timeStyle: "short" } : { timeStyle: "short" });
    formats.set(key, format);
  }
  return format.format(new Date(moment));
}
