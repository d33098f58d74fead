/** What the types of the cookies promise. Checked by the compiler, never run. */
import { expectTypeOf } from 'vitest';
import {
  Cookie,
  cookiejar_from_dict,
  create_cookie,
  LWPCookieJar,
  merge_cookies,
  MozillaCookieJar,
  RequestsCookieJar,
} from '../../src/requests/cookies/index.js';
import { Session } from '../../src/requests/index.js';

const jar = new RequestsCookieJar();
// There may be no cookie of that name.
expectTypeOf(jar['token']).toEqualTypeOf<string | undefined>();
expectTypeOf(jar.get('token')).toEqualTypeOf<string | null>();
expectTypeOf(jar.get('token', 'none')).toEqualTypeOf<string>();
expectTypeOf(jar.get('token', { domain: 'x.com', path: '/' })).toEqualTypeOf<string | null>();
expectTypeOf(jar.getitem('token')).toEqualTypeOf<string>();
expectTypeOf(jar.set('token', 'x')).toEqualTypeOf<Cookie>();
expectTypeOf(jar.set('token', null)).toEqualTypeOf<Cookie | null>();
expectTypeOf(jar.pop('token', 5)).toEqualTypeOf<string | number>();
expectTypeOf([...jar]).toEqualTypeOf<Cookie[]>();
expectTypeOf(jar.get_dict()).toEqualTypeOf<Record<string, string | null>>();
expectTypeOf(jar.copy()).toEqualTypeOf<RequestsCookieJar>();
jar['token'] = 'y';
delete jar['token'];
// @ts-expect-error a value is a string
jar['token'] = 5;
// @ts-expect-error a misspelt attribute
jar.set('token', 'x', { domian: 'x.com' });
// @ts-expect-error a value is a string or null
create_cookie('token', 5);

expectTypeOf(cookiejar_from_dict({ a: '1' })).toEqualTypeOf<RequestsCookieJar>();
expectTypeOf(merge_cookies(jar, { a: '1' })).toEqualTypeOf<RequestsCookieJar>();
expectTypeOf(new Cookie(Object.assign({ rest: {} }, create_cookie('a', 'b'))).value).toEqualTypeOf<
  string | null
>();

const file = new MozillaCookieJar('cookies.txt', { policy: null });
expectTypeOf(file['token']).toEqualTypeOf<string | undefined>();
expectTypeOf(file.filename).toEqualTypeOf<string | null>();
expectTypeOf(new LWPCookieJar({ filename: new URL('file:///c') }).as_lwp_str()).toEqualTypeOf<string>();
file.load({ ignore_discard: true });
file.save('cookies.txt', { ignore_expires: true });
// Both are jars for a session.
new Session().cookies = file;
// @ts-expect-error a misspelt keyword
file.save({ ignore_discards: true });
// @ts-expect-error flags are keywords
file.load('cookies.txt', true);
