import { ValueError } from '../../builtins/index.js';
import { Cookie, type NonstandardAttributes } from './cookie.js';
import {
  checkFields,
  type CookieFileFormat,
  FileCookieJarMethods,
  type FileCookieJarOptions,
  kFormat,
} from './file-cookie-jar.js';

const HEADER = `# Netscape HTTP Cookie File
# http://curl.haxx.se/rfc/cookie_spec.html
# This is a generated file!  Do not edit.

`;
const HTTPONLY_PREFIX = '#HttpOnly_';
const HTTPONLY = 'HTTPOnly';
const NUMBER = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/** The cookie of a line; none for a comment and an empty line. */
function read(line: string): Cookie[] {
  const isHttpOnly = line.startsWith(HTTPONLY_PREFIX);
  const text = isHttpOnly ? line.slice(HTTPONLY_PREFIX.length) : line;
  if (/^\s*(?:[#$]|$)/.test(text)) return [];
  const fields = text.split('\t');
  if (fields.length !== 7)
    throw new ValueError(`expected 7 fields with tabs between them, got ${fields.length}`);
  const [domain, specified, path, secure, expires, name, value] = fields as [
    ...[string, string, string, string, string, string, string],
  ];
  const initialDot = domain.startsWith('.');
  if ((specified === 'TRUE') !== initialDot) {
    throw new ValueError(
      'the second field must be TRUE for a domain that begins with a dot, and only for one',
    );
  }
  if (expires !== '' && !NUMBER.test(expires)) throw new ValueError('the expiry must be a number of seconds');
  const rest: NonstandardAttributes = isHttpOnly ? { [HTTPONLY]: '' } : {};
  const cookie = new Cookie({
    version: 0,
    // The file has a cookie without a value as one without a name.
    name: name === '' ? value : name,
    value: name === '' ? null : value,
    port: null,
    port_specified: false,
    domain,
    domain_specified: initialDot,
    domain_initial_dot: initialDot,
    path,
    path_specified: false,
    secure: secure === 'TRUE',
    expires: expires === '' ? null : Number(expires),
    discard: expires === '',
    comment: null,
    comment_url: null,
    rest,
    rfc2109: false,
  });
  return [cookie];
}

function lineOf(cookie: Cookie): string {
  const prefix = cookie.has_nonstandard_attr(HTTPONLY) ? HTTPONLY_PREFIX : '';
  const fields = [
    prefix + cookie.domain,
    cookie.domain.startsWith('.') ? 'TRUE' : 'FALSE',
    cookie.path,
    cookie.secure ? 'TRUE' : 'FALSE',
    // All digits, whatever the size.
    cookie.expires === null ? '' : String(BigInt(cookie.expires)),
    ...(cookie.value === null ? ['', cookie.name] : [cookie.name, cookie.value]),
  ];
  checkFields(cookie, fields, /[\x00-\x1f\x7f]/);
  return `${fields.join('\t')}\n`;
}

const FORMAT: CookieFileFormat = {
  magic: /^#( Netscape)? HTTP Cookie File/,
  read,
  write: (cookies) => HEADER + cookies.map(lineOf).join(''),
  errors: {
    file: 'does not look like a Netscape format cookies file',
    line: 'invalid Netscape format cookies file',
  },
};

/** What {@link MozillaCookieJar} can do besides access by name. */
export class MozillaCookieJarMethods extends FileCookieJarMethods {
  static {
    Object.defineProperty(this, 'name', { value: 'MozillaCookieJar' });
  }
  /** @internal */
  readonly [kFormat]: CookieFileFormat = FORMAT;
}

/**
 * A {@link RequestsCookieJar} with a file in the format of Netscape's `cookies.txt`, which curl, wget and yt-dlp read and write.
 * The format has no place for ports, versions and comments.
 */
export type MozillaCookieJar = MozillaCookieJarMethods & { [name: string]: string };

/** The constructor of {@link MozillaCookieJar}. */
export interface MozillaCookieJarConstructor {
  /** Reads nothing yet: that is what `load()` does. */
  new (
    filename?: string | URL | FileCookieJarOptions | null,
    options?: FileCookieJarOptions | null,
  ): MozillaCookieJar;
  readonly prototype: MozillaCookieJar;
}

// TypeScript cannot express that the constructor returns a proxy with an index signature.
/** The constructor; see the type of the same name. */
export const MozillaCookieJar: MozillaCookieJarConstructor =
  MozillaCookieJarMethods as unknown as MozillaCookieJarConstructor;
