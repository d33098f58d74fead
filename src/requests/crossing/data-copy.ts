/** How headers, cookies, limits and files cross to another thread: the values that requests and responses are made of. */
import { createReadStream, ReadStream } from 'node:fs';
import { type Reduced, setReducer, setReferences } from '../../builtins/index.js';
import { reduceGuest } from '../../pickle/index.js';
import { fileStreamLength, fileStreamPosition, hasPath, rangeOf } from '../bodies/outgoing/body-position.js';
import {
  Cookie,
  type CookiePolicy,
  DefaultCookiePolicy,
  type FileCookieJarMethods,
  type FileCookieJarOptions,
  LWPCookieJar,
  MozillaCookieJar,
  RequestsCookieJar,
} from '../cookies/index.js';
import { LWPCookieJarMethods } from '../cookies/lwp-cookie-jar.js';
import { MozillaCookieJarMethods } from '../cookies/mozilla-cookie-jar.js';
import { kPolicy, RequestsCookieJarMethods } from '../cookies/requests-cookie-jar.js';
import { CaseInsensitiveDict, CaseInsensitiveDictMethods } from '../structures/case-insensitive-dict.js';
import { HTTPHeaderDict, HTTPHeaderDictMethods } from '../urllib3/http-header-dict.js';
import { Retry } from '../urllib3/retry.js';
import { partsOfTimeout, Timeout, type TimeoutOptions } from '../urllib3/timeout.js';

function restoreCaseInsensitiveDict(
  items: readonly (readonly [name: string, value: unknown])[],
): CaseInsensitiveDict<unknown> {
  return new CaseInsensitiveDict(items);
}

function restoreHTTPHeaderDict(rawHeaders: readonly string[]): HTTPHeaderDict {
  return new HTTPHeaderDict(rawHeaders);
}

function restoreCookieJar(cookies: readonly Cookie[], policy: CookiePolicy | null): RequestsCookieJar {
  const jar = new RequestsCookieJar(policy);
  for (const cookie of cookies) jar.set_cookie(cookie);
  return jar;
}

/** The copy names the same file. */
function restoreFileCookieJar(
  cls: typeof MozillaCookieJar | typeof LWPCookieJar,
  options: FileCookieJarOptions,
  cookies: readonly Cookie[],
): FileCookieJarMethods {
  const jar = new cls(options);
  for (const cookie of cookies) jar.set_cookie(cookie);
  return jar;
}

function reduceFileCookieJar(
  cls: typeof MozillaCookieJar | typeof LWPCookieJar,
  jar: FileCookieJarMethods,
): Reduced {
  const { filename, delayload } = jar;
  return [restoreFileCookieJar, [cls, { filename, delayload, policy: jar[kPolicy] }, [...jar]]];
}

/** The copy's clock has not started. */
function restoreTimeout(options: TimeoutOptions): Timeout {
  return new Timeout(options);
}

function copyFileStream(
  _existing: unknown,
  path: string,
  start: number,
  end: number | null,
  highWaterMark: number,
  encoding: BufferEncoding | null,
): ReadStream {
  return createReadStream(path, {
    start,
    highWaterMark,
    ...(end === null ? {} : { end }),
    ...(encoding === null ? {} : { encoding }),
  });
}

setReferences(import.meta.url, {
  Cookie,
  copyFileStream,
  DefaultCookiePolicy,
  LWPCookieJar,
  MozillaCookieJar,
  restoreCaseInsensitiveDict,
  restoreCookieJar,
  restoreFileCookieJar,
  restoreHTTPHeaderDict,
  restoreTimeout,
  Retry,
});
setReducer(CaseInsensitiveDictMethods, (dict) => [restoreCaseInsensitiveDict, [dict.items()]]);
setReducer(HTTPHeaderDictMethods, (headers) => [restoreHTTPHeaderDict, [headers.items().flat()]]);
setReducer(RequestsCookieJarMethods, (jar) => [restoreCookieJar, [[...jar], jar[kPolicy]]]);
setReducer(MozillaCookieJarMethods, (jar) => reduceFileCookieJar(MozillaCookieJar, jar));
setReducer(LWPCookieJarMethods, (jar) => reduceFileCookieJar(LWPCookieJar, jar));
setReducer(Timeout, (timeout) => [restoreTimeout, [partsOfTimeout(timeout)]]);
// A file is opened again where it is read, with its length and its position, instead of being sent piece by piece.
setReducer(ReadStream, (stream) => {
  const position = stream.readableFlowing === null && hasPath(stream) ? fileStreamPosition(stream) : null;
  if (position === null || typeof stream.path !== 'string' || fileStreamLength(stream) === null) return null;
  const { end } = rangeOf(stream);
  const { path, readableHighWaterMark, readableEncoding } = stream;
  // The request uses it up, as it would in this thread.
  stream.destroy();
  return reduceGuest(stream, copyFileStream, [
    path,
    position,
    end === undefined || end === Infinity ? null : end,
    readableHighWaterMark,
    readableEncoding,
  ]);
});
