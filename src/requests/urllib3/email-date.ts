/** Dates as e-mail and HTTP write them, read as by Python's `email.utils`: leniently, and as UTC where no zone is named. */

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const LONG_MONTHS =
  'january february march april may june july august september october november december'.split(' ');
const WEEKDAYS = new Set(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);

/** Hours and minutes as they are written: -500 is five hours. */
const ZONES: Readonly<Record<string, number>> = {
  UT: 0,
  UTC: 0,
  GMT: 0,
  Z: 0,
  AST: -400,
  ADT: -300,
  EST: -500,
  EDT: -400,
  CST: -600,
  CDT: -500,
  MST: -700,
  MDT: -600,
  PST: -800,
  PDT: -700,
};

/** Seconds since 1970; null for what is no date. */
export function parseEmailDate(text: string): number | null {
  const fields = fieldsOf(text);
  if (fields === null) return null;
  let [day, month, year, time, zone] = fields;
  // `Feb 9` as well as `9 Feb`.
  if (monthIndex(month) === -1) [day, month] = [month, day];
  const index = monthIndex(month);
  if (year.indexOf(':') > 0) [year, time] = [time, year];
  year = withoutComma(year);
  if (!/^\d/.test(year)) [year, zone] = [zone, year];
  const clock = clockOf(withoutComma(time));
  const [dayNumber, yearNumber] = [integer(withoutComma(day)), integer(year)];
  if (index === -1 || clock === null || dayNumber === null || yearNumber === null) return null;
  const fullYear = yearNumber >= 100 ? yearNumber : yearNumber + (yearNumber > 68 ? 1900 : 2000);
  if (fullYear > 9999) return null;
  const [hours, minutes, seconds] = clock;
  return Date.UTC(fullYear, index, dayNumber, hours, minutes, seconds) / 1000 - zoneSeconds(zone);
}

type Fields = [day: string, month: string, year: string, time: string, zone: string];

function fieldsOf(text: string): Fields | null {
  const words = text.trim().split(/\s+/);
  const [first = ''] = words;
  if (first.endsWith(',') || WEEKDAYS.has(first.toLowerCase())) words.shift();
  else words[0] = first.slice(first.lastIndexOf(',') + 1);
  if (words.length === 3) {
    // `09-Feb-94 22:23:32 GMT`
    const parts = (words[0] as string).split('-');
    if (parts.length === 3) words.splice(0, 1, ...parts);
  }
  if (words.length === 4) {
    const time = words[3] as string;
    const sign = time.includes('+') ? time.indexOf('+') : time.indexOf('-');
    if (sign > 0) words.splice(3, 1, time.slice(0, sign), time.slice(sign));
    else words.push('');
  }
  const fields = words.slice(0, 5);
  return fields.length === 5 && fields.slice(0, 4).every((field) => field !== '') ? (fields as Fields) : null;
}

function monthIndex(name: string): number {
  const lower = name.toLowerCase();
  return Math.max(MONTHS.indexOf(lower), LONG_MONTHS.indexOf(lower));
}

function clockOf(time: string): readonly [hours: number, minutes: number, seconds: number] | null {
  const parts = time.split(time.includes(':') ? ':' : '.');
  if (parts.length !== 2 && parts.length !== 3) return null;
  const [hours, minutes, seconds] = [...parts, '0'].map(integer);
  if (typeof hours !== 'number' || typeof minutes !== 'number' || typeof seconds !== 'number') return null;
  return [hours, minutes, seconds];
}

function zoneSeconds(zone: string): number {
  const offset = ZONES[zone.toUpperCase()] ?? integer(zone) ?? 0;
  const size = Math.abs(offset);
  return Math.sign(offset) * (Math.floor(size / 100) * 3600 + (size % 100) * 60);
}

function withoutComma(text: string): string {
  return text.endsWith(',') ? text.slice(0, -1) : text;
}

function integer(text: string): number | null {
  return /^[+-]?\d+$/.test(text) ? Number(text) : null;
}
