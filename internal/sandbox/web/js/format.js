// Dates and times as the page shows them: in Almaty's zone whatever the
// browser's is, in the page's language, with months spelled by us because
// browsers differ in what they know of Kazakh.

import { now, world } from './store.js';
import { t, words } from './words.js';

/** local is a date whose UTC fields are the sandbox's local time. */
export const local = (ms) => new Date(ms + world.clock.offset * 60000);

const two = (n) => String(n).padStart(2, '0');

/** hm is 08:05. */
export function hm(ms) {
  const d = local(ms);
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
}

/** hms is 08:05:09. */
export const hms = (ms) => `${hm(ms)}:${two(local(ms).getUTCSeconds())}`;

/** dayOf numbers the local days. */
export const dayOf = (ms) => Math.floor((ms + world.clock.offset * 60000) / 86400000);

/** dayWords is "today", "yesterday" or a date. */
export function dayWords(ms) {
  const days = dayOf(now()) - dayOf(ms);
  if (days === 0) return t('today');
  if (days === 1) return t('yesterday');
  const d = local(ms);
  const year = d.getUTCFullYear() === local(now()).getUTCFullYear() ? 0 : d.getUTCFullYear();
  return words().date(d.getUTCDate(), words().months[d.getUTCMonth()], year);
}

/** longDate is a weekday and a date. */
export function longDate(ms) {
  const d = local(ms);
  return words().dated(words().weekdays[d.getUTCDay()], words().date(d.getUTCDate(), words().months[d.getUTCMonth()], d.getUTCFullYear()));
}

/** shortStamp is the time of today's messages and the date of others, for the chat list. */
export function shortStamp(ms) {
  if (dayOf(ms) === dayOf(now())) return hm(ms);
  const d = local(ms);
  return `${two(d.getUTCDate())}.${two(d.getUTCMonth() + 1)}.${two(d.getUTCFullYear() % 100)}`;
}

/** forInput is a local time as <input type="datetime-local"> wants it. */
export const forInput = (ms) => local(ms).toISOString().slice(0, 16);

/** fromInput is its reverse: Unix milliseconds, or NaN. */
export const fromInput = (s) => Date.parse(`${s}Z`) - world.clock.offset * 60000;

/** size is a number of bytes in words. */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1 << 20) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / (1 << 20)).toFixed(1)} MB`;
}
