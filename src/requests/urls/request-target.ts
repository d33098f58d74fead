/** A prepared URL taken apart without parsing it: it is in lower case and encoded already. */

/** Where the path begins: after the host of an http or https URL. -1 for others. */
function endOfAuthority(url: string): number {
  const start = url.startsWith('http://') ? 7 : url.startsWith('https://') ? 8 : -1;
  if (start === -1) return -1;
  for (let i = start; i < url.length; i++) {
    const code = url.charCodeAt(i);
    if (code === SLASH || code === QUESTION_MARK || code === HASH) return i;
    if (code === AT) return -1;
  }
  return url.length;
}

const HASH = 0x23;
const SLASH = 0x2f;
const QUESTION_MARK = 0x3f;
const AT = 0x40;

/** Scheme, host and port as they stand in the URL; null when it needs to be parsed. */
export function originOf(url: string): string | null {
  const end = endOfAuthority(url);
  return end === -1 ? null : url.slice(0, end);
}

/** Path and query as a request line has them, without an empty query; null when the URL needs to be parsed. */
export function targetOf(url: string): string | null {
  const start = endOfAuthority(url);
  if (start === -1) return null;
  const hash = url.indexOf('#', start);
  const end = hash === -1 ? url.length : hash;
  const target = url.slice(start, end);
  const mark = target.indexOf('?');
  if (mark === target.length - 1 && mark !== -1) return mark === 0 ? '/' : target.slice(0, mark);
  return target.startsWith('/') ? target : `/${target}`;
}

const NOT_PRINTABLE = /[^\x21-\x7e]/;

/** A request-target without a character that could end it: a URL may have been put into a prepared request by hand. */
export function encodeTarget(target: string): string {
  if (!NOT_PRINTABLE.test(target)) return target;
  let encoded = '';
  for (const char of target) {
    encoded += NOT_PRINTABLE.test(char) ? percentEncoded(char) : char;
  }
  return encoded;
}

function percentEncoded(char: string): string {
  return Array.from(Buffer.from(char), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(
    '',
  );
}
