import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  checkOptions,
  isURL,
  OSError,
  repr,
  setErrorNames,
  typeName,
  ValueError,
} from '../../builtins/index.js';
import type { Cookie } from './cookie.js';
import type { CookiePolicy } from './policy.js';
import { cookieStore, RequestsCookieJarMethods } from './requests-cookie-jar.js';

/** The keyword arguments of `MozillaCookieJar` and `LWPCookieJar`. */
export interface FileCookieJarOptions {
  /** The file that `load`, `save` and `revert` use by default: a path or a `file:` URL. Default null: none. */
  filename?: string | URL | null | undefined;
  /** Has no effect, as in Python; default false. */
  delayload?: boolean | null | undefined;
  /** Decides which cookies are taken and sent; default: a {@link DefaultCookiePolicy}. */
  policy?: CookiePolicy | null | undefined;
}

/** The keyword arguments of `load`, `save` and `revert`. */
export interface CookieFileOptions {
  /** The file: a path or a `file:` URL; default: the jar's own. */
  filename?: string | URL | null | undefined;
  /** Include cookies that end with the session; default false. */
  ignore_discard?: boolean | null | undefined;
  /** Include cookies that have expired; default false. */
  ignore_expires?: boolean | null | undefined;
}

/**
 * Raised by `load` and `revert`: the file is not in the jar's format. The message names the file and the line, but does not quote the
 * line, which may hold a secret; `cause` has the reason.
 */
export class LoadError extends OSError {}

setErrorNames({ LoadError });

/** A file format. */
export interface CookieFileFormat {
  /** The pattern of a file's first line. */
  readonly magic: RegExp;
  /** Reads one of the other lines; throws when it is malformed. */
  readonly read: (line: string) => readonly Cookie[];
  /** Throws a ValueError when a cookie cannot be written in this format. */
  readonly write: (cookies: readonly Cookie[]) => string;
  /** The beginning of a LoadError's message. */
  readonly errors: { readonly file: string; readonly line: string };
}

/** The format of a jar's files. @internal */
export const kFormat: unique symbol = Symbol('requests.cookies.format');

/** A jar that is loaded from a file and saved to one. Both happen at once, without `await`, as in Python. */
export abstract class FileCookieJarMethods extends RequestsCookieJarMethods {
  /** The file that `load`, `save` and `revert` use by default; null for none. */
  filename: string | null;
  /** Has no effect, as in Python. */
  delayload: boolean;
  /** @internal */
  abstract readonly [kFormat]: CookieFileFormat;

  constructor(filename?: string | URL | FileCookieJarOptions | null, options?: FileCookieJarOptions | null) {
    const given = keywords(filename, options);
    checkOptions(`${new.target.name}()`, given, ['filename', 'delayload', 'policy']);
    super(given.policy);
    this.filename = given.filename === null || given.filename === undefined ? null : pathOf(given.filename);
    this.delayload = given.delayload ?? false;
  }

  /** Adds `cookie`, replacing the one with the same domain, path and name. */
  override set_cookie(cookie: Cookie): void {
    // Python's file jars keep escaped quotation marks, which RequestsCookieJar removes.
    cookieStore(this).set(cookie);
  }

  /**
   * Adds the cookies of a file. Throws LoadError when the file is malformed, ValueError when there is no file name, and OSError,
   * with Node's `code`, when the file cannot be read. The jar is unchanged then.
   */
  load(filename?: string | URL | CookieFileOptions | null, options?: CookieFileOptions | null): void {
    for (const cookie of this.#read('load', filename, options)) this.set_cookie(cookie);
  }

  /**
   * Writes the cookies to a file, which only its owner can read if it is new. Throws ValueError when there is no file name or
   * a cookie cannot be written in this format, and OSError, with Node's `code`, when the file cannot be written.
   */
  save(filename?: string | URL | CookieFileOptions | null, options?: CookieFileOptions | null): void {
    const { file, isWanted } = this.#arguments('save', filename, options);
    const text = this[kFormat].write([...this].filter(isWanted));
    withCode(`Could not write ${repr(file)}`, () => {
      writeFileSync(file, text, { mode: 0o600 });
    });
  }

  /** Replaces the cookies with those of a file. Throws as `load` does, and the jar is unchanged then. */
  revert(filename?: string | URL | CookieFileOptions | null, options?: CookieFileOptions | null): void {
    const cookies = this.#read('revert', filename, options);
    this.clear();
    for (const cookie of cookies) this.set_cookie(cookie);
  }

  #read(
    method: string,
    filename: string | URL | CookieFileOptions | null | undefined,
    options: CookieFileOptions | null | undefined,
  ): Cookie[] {
    const { file, isWanted } = this.#arguments(method, filename, options);
    const bytes = withCode(`Could not read ${repr(file)}`, () => readFileSync(file));
    return parse(this[kFormat], bytes, file).filter(isWanted);
  }

  #arguments(
    method: string,
    filename: string | URL | CookieFileOptions | null | undefined,
    options: CookieFileOptions | null | undefined,
  ): { file: string; isWanted: (cookie: Cookie) => boolean } {
    const given = keywords(filename, options);
    checkOptions(`${this.constructor.name}.${method}()`, given, [
      'filename',
      'ignore_discard',
      'ignore_expires',
    ]);
    const file = given.filename ?? this.filename;
    if (file === null) {
      throw new ValueError(
        'a filename was not supplied (nor was the CookieJar instance initialised with one)',
      );
    }
    const now = Date.now() / 1000;
    const isWanted = (cookie: Cookie): boolean =>
      (given.ignore_discard === true || !cookie.discard) &&
      (given.ignore_expires === true || !cookie.is_expired(now));
    return { file: pathOf(file), isWanted };
  }
}

/** The options; the file name may also be passed first, by position. */
function keywords<O extends { filename?: string | URL | null | undefined }>(
  filename: string | URL | O | null | undefined,
  options: O | null | undefined,
): O {
  if (typeof (options ?? {}) !== 'object') {
    throw new TypeError(`keyword arguments must be an object, got ${typeName(options)}`);
  }
  const isName = typeof filename === 'string' || isURL(filename);
  if (isName) return { ...options, filename } as O;
  if (filename === null || filename === undefined) return options ?? ({} as O);
  if (typeof filename !== 'object') {
    throw new TypeError(`filename must be a string or a file: URL, got ${typeName(filename)}`);
  }
  return filename;
}

function pathOf(filename: string | URL): string {
  return typeof filename === 'string' ? filename : fileURLToPath(filename);
}

/** Turns Node's error into an OSError, which keeps its `code`. */
function withCode<T>(message: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw Object.assign(new OSError(`${message}: ${code ?? String(cause)}`, { cause }), { code });
  }
}

/** All cookies of a file. */
function parse(format: CookieFileFormat, bytes: Buffer, file: string): Cookie[] {
  const { errors } = format;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new LoadError(`${repr(file)} ${errors.file}: it is not UTF-8`, { cause });
  }
  const [first = '', ...lines] = text.split(/\r\n|\r|\n/);
  if (!format.magic.test(first)) throw new LoadError(`${repr(file)} ${errors.file}`);
  return lines.flatMap((line, i) => {
    try {
      if (CONTROL.test(line)) throw new ValueError('there is a control character');
      return format.read(line);
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new LoadError(`${errors.line} ${repr(file)}, line ${i + 2}: ${reason}`, { cause });
    }
  });
}

/** A control character other than a tab. */
export const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** Throws when one of `fields` has a character that the format has no place for. */
export function checkFields(cookie: Cookie, fields: readonly string[], forbidden: RegExp): void {
  if (fields.some((field) => forbidden.test(field))) {
    throw new ValueError(
      `cookie ${repr(cookie.name)} of ${repr(cookie.domain)} cannot be saved: it has a control character`,
    );
  }
}
