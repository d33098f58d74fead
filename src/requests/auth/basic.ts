import { inspect } from 'node:util';
import { typeName, UnicodeEncodeError } from '../../builtins/index.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import { isBytes, pythonText, toBuffer } from '../urls/python-text.js';
import { AuthBase } from './auth-base.js';

/** Text above U+00FF: what latin-1 has no byte for. */
const BEYOND_LATIN1 = /[^\x00-\xff]/;

/**
 * The value of an `Authorization` header: `Basic` and both credentials in base64. Text is encoded in latin-1, bytes are
 * taken as they are; anything else is turned into Python's text with a deprecation warning. Throws UnicodeEncodeError for
 * text beyond latin-1.
 */
export function basicAuthHeader(username: unknown, password: unknown): string {
  const credentials = Buffer.concat([
    credential(username, 'user name'),
    COLON,
    credential(password, 'password'),
  ]);
  return `Basic ${credentials.toString('base64')}`;
}

const COLON = Buffer.from(':');

function credential(value: unknown, what: string): Buffer {
  if (isBytes(value)) return toBuffer(value);
  if (typeof value !== 'string') {
    process.emitWarning(
      `A ${what} that is neither text nor bytes will no longer be supported; it is ${typeName(value)}`,
      'DeprecationWarning',
    );
  }
  const text = pythonText(value);
  const position = text.search(BEYOND_LATIN1);
  if (position !== -1) {
    // The character itself is part of a secret.
    throw new UnicodeEncodeError(
      `'latin-1' codec can't encode the character in position ${position} of the ${what}; ` +
        "for another encoding pass bytes: Buffer.from(text, 'utf8')",
    );
  }
  return Buffer.from(text, 'latin1');
}

/** What the auth classes with a user name and a password have in common. */
export abstract class PasswordAuth extends AuthBase {
  /** The user name. */
  username: string | Uint8Array;
  /** The password. */
  password: string | Uint8Array;

  /**
   * Text is encoded in latin-1 for Basic and in UTF-8 for Digest; bytes are taken as they are. Throws TypeError for undefined,
   * as a variable of the environment that is not set.
   */
  constructor(username: string | Uint8Array, password: string | Uint8Array) {
    super();
    for (const [name, value] of Object.entries({ username, password })) {
      if ((value as unknown) === undefined) {
        throw new TypeError(
          `${this.constructor.name}() takes a user name and a password, got undefined as ${name}`,
        );
      }
    }
    this.username = username;
    this.password = password;
  }

  /** Python's `==`: whether `other` has the same user name and password, whatever its class. */
  equals(other: unknown): boolean {
    if (typeof other !== 'object' || other === null) return false;
    const { username, password } = other as { readonly username?: unknown; readonly password?: unknown };
    return same(this.username, username) && same(this.password, password);
  }

  /** The class's name in angle brackets. */
  override toString(): string {
    return `<${this.constructor.name}>`;
  }

  /** Names no credentials: auth objects end up in logs. */
  [inspect.custom](): string {
    return this.toString();
  }
}

function same(ours: unknown, theirs: unknown): boolean {
  return isBytes(ours) && isBytes(theirs) ? toBuffer(ours).equals(toBuffer(theirs)) : ours === theirs;
}

/** HTTP Basic authentication, the meaning of `auth: [user, password]`. */
export class HTTPBasicAuth extends PasswordAuth {
  /** Sets `Authorization`. Throws UnicodeEncodeError for text beyond latin-1. */
  override call(request: PreparedRequest): PreparedRequest {
    request.headers.set('Authorization', basicAuthHeader(this.username, this.password));
    return request;
  }
}

/** HTTP Basic authentication with a proxy. */
export class HTTPProxyAuth extends HTTPBasicAuth {
  /** Sets `Proxy-Authorization`. Throws UnicodeEncodeError for text beyond latin-1. */
  override call(request: PreparedRequest): PreparedRequest {
    request.headers.set('Proxy-Authorization', basicAuthHeader(this.username, this.password));
    return request;
  }
}
