import { expect, it } from 'vitest';
import { InvalidHeader } from '../../src/requests/exceptions/urllib3.js';
import { parseEmailDate } from '../../src/requests/urllib3/email-date.js';
import { Retry } from '../../src/requests/urllib3/retry.js';

/** What Python's `email.utils.mktime_tz(parsedate_tz(text))` gives, null where it gives nothing. */
const DATES: readonly (readonly [text: string, seconds: number | null])[] = [
  ['Wed, 09 Feb 1994 22:23:32 GMT', 760832612],
  ['Thursday, 03-Feb-94 00:00:00 GMT', 760233600],
  ['Thu Feb  3 17:03:55 GMT 1994', 760295035],
  ['Wed, 09-Feb-94 22:23:32 GMT', 760832612],
  ['08-Feb-1994', null],
  ['08-Feb-94', null],
  ['09 Feb 1994 22:23:32', 760832612],
  ['1994-02-03 14:15:29 -0100', null],
  ['1994-02-03 14:15:29', null],
  ['1994-02-03', null],
  ['1994-02-03T14:15:29', null],
  ['19940203T141529Z', null],
  ['19940203', null],
  ['Feb  3  1994 17:03', 760294980],
  ['02-03-94  12:00AM', null],
  ['Tue, 1 Jan 2030 00:00:00 GMT', 1893456000],
  ['Tue, 01 Jan 2030 00:00 GMT', 1893456000],
  ['Tue, 01 Jan 2030 24:00:00 GMT', 1893542400],
  ['Tue, 32 Jan 2030 00:00:00 GMT', 1896134400],
  ['Tue, 01-Jan-30 00:00:00 UTC', 1893456000],
  ['Tue, 01-Jan-69 00:00:00 GMT', -31536000],
  ['Tue, 01-Jan-80 00:00:00 GMT', 315532800],
  ['Tue, 01 Jan 2030 00:00:00 +0200', 1893448800],
  ['Tue, 01 Jan 2030 00:00:00 EST', 1893474000],
  ['Tue, 01 Jan 2030 00:00:00 PST', 1893484800],
  ['Tue, 01 Jan 2030 00:00:00', 1893456000],
  ['Tue, 01 Foo 2030 00:00:00 GMT', null],
  ['garbage', null],
  ['', null],
  ['0', null],
  ['Tue Jan  1 00:00:00 2030', 1893456000],
  ['Tue, 01 Jan 2030 1:2:3 GMT', 1893459723],
  ['Tue, 01 Jan 2030 00:00:00 GMT+0200', 1893456000],
  ['Jan 1 2030', null],
  ['2030', null],
  ['1893456000', null],
  ['Tue, 01 Jan 2030 12:00:00 PM', 1893499200],
  ['01 Jan 2030 12:00 pm', 1893499200],
  ['Tue, 01 Jan 130 00:00:00 GMT', -58064774400],
  ['Sat, 31 Feb 2030 00:00:00 GMT', 1898726400],
  ['Tue,01Jan2030 00:00:00 GMT', null],
  ['"Tue, 01 Jan 2030 00:00:00 GMT"', 1893456000],
  ['Tue, 1/Jan/2030:00:00:00 GMT', null],
  ['Tue, 01 JANUARY 2030 00:00:00 GMT', 1893456000],
  ['Tue, 01-January-2030 00:00:00 GMT', 1893456000],
  ['Tue 01 Jan 2030 00:00:00 GMT', 1893456000],
  ['Tue; 01 Jan 2030', null],
  ['Tue, 01 Jan 2030 00:00:00 Z', 1893456000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['Thu, 01-Jan-1970 00:00:01 GMT', 1],
  ['Mon, 01 Jan 0001 00:00:00 GMT', 978307200],
  ['Fri, 31 Dec 9999 23:59:59 GMT', 253402300799],
  ['Tue, 01 Jan 2030 00:00:60 GMT', 1893456060],
  ['Tue, 01 Jan 2030 00:00:61 GMT', 1893456061],
  ['Tue,01 Jan 2030 00:00:00', 1893456000],
  ['Jan 01, 2030 00:00:00 EST', 1893474000],
  ['01 Jan 2030 00:00:00+0130', 1893450600],
  ['01 Jan 2030 12.30.15 GMT', 1893501015],
  ['01 Jan 00:00:00 2030 GMT', 1893456000],
  ['01 Jan 10000 00:00:00 GMT', null],
];

it.each(DATES)('1.16: the date %j is %j', (text, seconds) => {
  expect(parseEmailDate(text)).toBe(seconds);
});

it('1.16: a Retry-After without a zone is UTC, wherever this machine is', () => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'America/New_York';
  try {
    const date = new Date(Math.ceil(Date.now() / 1000) * 1000 + 600_000).toUTCString().replace(' GMT', '');
    const seconds = new Retry().parse_retry_after(date);
    expect(Math.round(seconds / 10)).toBe(60);
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
  expect(() => new Retry().parse_retry_after('Tue, 01 Foo 2030 00:00:00 GMT')).toThrow(InvalidHeader);
});
