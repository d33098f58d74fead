/** Credentials from the user's netrc file, cached because every request looks them up. */
import { readFileSync, type Stats, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { checkOptions, isError } from '../../builtins/index.js';
import { type NetrcEntry, type NetrcParseError, parseNetrc } from './netrc.js';
import type { Bytes } from '../inputs.js';
import { decodeUtf8, toBuffer } from '../urls/python-text.js';
import { urlsplit } from '../urls/url-split.js';

/** The names looked for in the home directory when `$NETRC` is not set. */
export const NETRC_FILES: readonly ['.netrc', '_netrc'] = ['.netrc', '_netrc'];

/** Milliseconds for which the file is taken to be what it was: looking at the disk costs more than all else here. */
const RECHECK_AFTER = 1000;

interface NetrcFile {
  readonly path: string;
  readonly stats: Stats;
  /** The machines, or why there are none. */
  readonly content: ReadonlyMap<string, NetrcEntry> | NetrcParseError | NodeJS.ErrnoException;
}

/** The file in use, for the environment it was found in. */
let cached: { environment: string; checkedAt: number; file: NetrcFile | null } | null = null;

/**
 * The user and password that netrc has for the URL's host, else those of `default`, else null. The file is `$NETRC`, or
 * `~/.netrc`, or `~/_netrc`; it is read again about a second after it changed. A file that cannot be read or parsed counts
 * as empty, unless `raise_errors`: then NetrcParseError or the system's error is thrown.
 */
export function get_netrc_auth(
  url: string | Bytes,
  options: boolean | { raise_errors?: boolean | undefined } = {},
): readonly [user: string, password: string] | null {
  if (typeof options === 'object') checkOptions('get_netrc_auth()', options, ['raise_errors']);
  const file = currentFile();
  if (file === null) return null;
  if (isError(file.content)) {
    const raises = typeof options === 'boolean' ? options : options.raise_errors === true;
    if (raises) throw file.content;
    return null;
  }
  const host = hostOf(typeof url === 'string' ? url : decodeUtf8(url));
  const entry = host === null ? undefined : (file.content.get(host) ?? file.content.get('default'));
  if (entry === undefined) return null;
  const { login, account, password } = entry;
  return login || account || password ? [login || account, password] : null;
}

/** A URL that cannot be parsed has no host here; preparing it throws the error. */
function hostOf(url: string): string | null {
  try {
    return urlsplit(url).hostname;
  } catch {
    return null;
  }
}

function currentFile(): NetrcFile | null {
  const netrc = process.env['NETRC'];
  const environment = netrc ?? '~';
  const now = performance.now();
  if (cached === null || cached.environment !== environment || now - cached.checkedAt > RECHECK_AFTER) {
    cached = { environment, checkedAt: now, file: findFile(netrc, cached?.file ?? null) };
  }
  return cached.file;
}

function findFile(netrc: string | undefined, known: NetrcFile | null): NetrcFile | null {
  const paths = netrc === undefined ? NETRC_FILES.map((name) => `~/${name}`) : [netrc];
  for (const path of paths.map(expandUser)) {
    const stats = statSyncOrNull(path);
    if (stats !== null) return isSame(known, path, stats) ? known : { path, stats, content: readNetrc(path) };
  }
  return null;
}

/** As in Python, a path whose home is unknown stays as it is: the user has no entry in passwd, or Deno no permission. */
function expandUser(path: string): string {
  if (path !== '~' && !path.startsWith('~/')) return path;
  try {
    return homedir() + path.slice(1);
  } catch {
    return path;
  }
}

function statSyncOrNull(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

function isSame(known: NetrcFile | null, path: string, stats: Stats): known is NetrcFile {
  return (
    known?.path === path &&
    known.stats.mtimeMs === stats.mtimeMs &&
    known.stats.size === stats.size &&
    known.stats.ino === stats.ino &&
    known.stats.mode === stats.mode
  );
}

function readNetrc(path: string): NetrcFile['content'] {
  try {
    const bytes = readFileSync(path);
    return parseNetrc(textOf(bytes), path);
  } catch (error) {
    return error as NetrcParseError | NodeJS.ErrnoException;
  }
}

/** Files that are not UTF-8 predate it. */
function textOf(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch {
    return toBuffer(bytes).toString('latin1');
  }
}
