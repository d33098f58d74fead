import { checkOptions, ValueError } from '../../builtins/index.js';
import { Cookie } from './cookie.js';
import {
  checkFields,
  CONTROL,
  type CookieFileFormat,
  FileCookieJarMethods,
  type FileCookieJarOptions,
  kFormat,
} from './file-cookie-jar.js';
import { type HeaderWord, joinHeaderWords, splitHeaderWords } from './header-words.js';
import { readIsoTime, writeIsoTime } from './iso-time.js';

// Python's own version: it adds `domain_dot` and `port_spec` to the format of libwww-perl.
const HEADER = '#LWP-Cookies-2.0\n';
const PREFIX = 'Set-Cookie3:';
const FLAGS: readonly string[] = ['port_spec', 'path_spec', 'domain_dot', 'secure', 'discard'];
const VALUES: readonly string[] = ['version', 'port', 'path', 'domain', 'expires', 'comment', 'commenturl'];

/** The cookies of a line; other lines than those of cookies are ignored. */
function read(line: string): Cookie[] {
  return line.startsWith(PREFIX) ? splitHeaderWords(line.slice(PREFIX.length).trim()).map(cookieOf) : [];
}

function cookieOf([first, ...words]: readonly HeaderWord[]): Cookie {
  const flags = new Set<string>();
  const values = new Map<string, string | null>();
  const rest: Record<string, string | null> = {};
  for (const [name, value] of words) {
    const known = name.toLowerCase();
    if (VALUES.includes(known)) values.set(known, value);
    else if (!FLAGS.includes(known)) rest[name] = value;
    else if (value === '') flags.delete(known);
    else flags.add(known);
  }
  const [name, value] = first ?? ['', null];
  const version = values.get('version') ?? null;
  if (version !== null && !/^\s*[+-]?\d+\s*$/.test(version))
    throw new ValueError('the version must be a number');
  const domain = values.get('domain') ?? null;
  if (domain === null) throw new ValueError('there is no domain');
  const expires = readIsoTime(values.get('expires') ?? '');
  return new Cookie({
    version: version === null ? null : Number(version),
    name,
    value,
    port: values.get('port') ?? null,
    port_specified: flags.has('port_spec'),
    domain,
    domain_specified: domain.startsWith('.'),
    domain_initial_dot: flags.has('domain_dot'),
    path: values.get('path') ?? '',
    path_specified: flags.has('path_spec'),
    secure: flags.has('secure'),
    expires,
    discard: expires === null || flags.has('discard'),
    comment: values.get('comment') ?? null,
    comment_url: values.get('commenturl') ?? null,
    rest,
    rfc2109: false,
  });
}

function lineOf(cookie: Cookie): string {
  const line = `${PREFIX} ${joinHeaderWords(wordsOf(cookie))}`;
  checkFields(cookie, [line], CONTROL);
  return `${line}\n`;
}

function wordsOf(cookie: Cookie): HeaderWord[] {
  const rest = Object.keys(cookie._rest).sort();
  const words: (HeaderWord | false)[] = [
    [cookie.name, cookie.value],
    ['path', cookie.path],
    ['domain', cookie.domain],
    cookie.port !== null && ['port', cookie.port],
    cookie.path_specified && ['path_spec', null],
    cookie.port_specified && ['port_spec', null],
    cookie.domain_initial_dot && ['domain_dot', null],
    cookie.secure && ['secure', null],
    // Python leaves out the first second of 1970, too.
    cookie.expires !== null && cookie.expires !== 0 && ['expires', writeIsoTime(cookie.expires)],
    cookie.discard && ['discard', null],
    cookie.comment !== null && cookie.comment !== '' && ['comment', cookie.comment],
    typeof cookie.comment_url === 'string' && cookie.comment_url !== '' && ['commenturl', cookie.comment_url],
    ...rest.map((name): HeaderWord => [name, cookie._rest[name] ?? 'None']),
    ['version', String(cookie.version ?? 'None')],
  ];
  return words.filter((word) => word !== false);
}

const FORMAT: CookieFileFormat = {
  magic: /^#LWP-Cookies-\d+\.\d+/,
  read,
  write: (cookies) => HEADER + cookies.map(lineOf).join(''),
  errors: {
    file: 'does not look like a Set-Cookie3 (LWP) format file',
    line: 'invalid Set-Cookie3 format file',
  },
};

/** What {@link LWPCookieJar} can do besides access by name. */
export class LWPCookieJarMethods extends FileCookieJarMethods {
  static {
    Object.defineProperty(this, 'name', { value: 'LWPCookieJar' });
  }
  /** @internal */
  readonly [kFormat]: CookieFileFormat = FORMAT;

  /**
   * The lines that `save` writes after the first.
   * @param options `ignore_discard`, `ignore_expires`: include cookies that end with the session, and those that have expired; default
   *   true, unlike in `save`
   */
  as_lwp_str(
    options: { ignore_discard?: boolean | undefined; ignore_expires?: boolean | undefined } = {},
  ): string {
    checkOptions('LWPCookieJar.as_lwp_str()', options, ['ignore_discard', 'ignore_expires']);
    const { ignore_discard = true, ignore_expires = true } = options;
    return [...this]
      .filter((cookie) => (ignore_discard || !cookie.discard) && (ignore_expires || !cookie.is_expired()))
      .map(lineOf)
      .join('');
  }
}

/**
 * A {@link RequestsCookieJar} with a file of `Set-Cookie3` lines, the format of libwww-perl. Unlike the one of a
 * {@link MozillaCookieJar} it loses nothing.
 */
export type LWPCookieJar = LWPCookieJarMethods & { [name: string]: string };

/** The constructor of {@link LWPCookieJar}. */
export interface LWPCookieJarConstructor {
  /** Reads nothing yet: that is what `load()` does. */
  new (
    filename?: string | URL | FileCookieJarOptions | null,
    options?: FileCookieJarOptions | null,
  ): LWPCookieJar;
  readonly prototype: LWPCookieJar;
}

// TypeScript cannot express that the constructor returns a proxy with an index signature.
/** The constructor; see the type of the same name. */
export const LWPCookieJar: LWPCookieJarConstructor =
  LWPCookieJarMethods as unknown as LWPCookieJarConstructor;
