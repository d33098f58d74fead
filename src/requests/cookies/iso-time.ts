/** Times of `http.cookiejar`'s files: `1994-11-24 08:49:37Z`. */

const ISO =
  /^(\d{4})[-/]?(\d\d?)[-/]?(\d\d?)(?:(?:\s+|[-:Tt])(\d\d?):?(\d\d)(?::?(\d\d(?:\.\d*)?))?)?\s*(?:([-+]?\d\d?:?(?::?\d\d)?|Z|z)\s*)?$/;

/** The first and the last second that the format can express; the expiry of a cookie may be any number. */
const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59Z');

/** Seconds since 1970 as text. */
export function writeIsoTime(seconds: number): string {
  const date = new Date(Math.max(FIRST, Math.min(seconds * 1000, LAST)));
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** Seconds since 1970 of a text, which is UTC unless it has a zone; null when it is no time. */
export function readIsoTime(text: string): number | null {
  const match = ISO.exec(text.trimStart());
  if (match === null) return null;
  const [year = NaN, month = NaN, day = NaN, hour = NaN, minute = NaN, second = NaN] = Array.from(
    { length: 6 },
    (_, i) => Math.trunc(Number(match[i + 1] ?? 0)),
  );
  const isValid =
    year >= 1970 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 31 &&
    hour <= 24 &&
    minute <= 59 &&
    second <= 61;
  const offset = offsetOf(match[7] ?? 'Z');
  if (!isValid || offset === null) return null;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - offset;
}

function offsetOf(zone: string): number | null {
  if (zone.toUpperCase() === 'Z') return 0;
  const match = /^([-+])?(\d\d?):?(\d\d)?$/.exec(zone);
  if (match === null) return null;
  const [, sign, hours, minutes] = match;
  const seconds = 3600 * Number(hours) + 60 * Number(minutes ?? 0);
  return sign === '-' ? -seconds : seconds;
}
