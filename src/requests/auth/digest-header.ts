import { createHash } from 'node:crypto';
import { KeyError, repr } from '../../builtins/index.js';
import { latin1 } from '../urls/python-text.js';

/** A server's challenge: the parameters of its `WWW-Authenticate: Digest …`. */
export type Challenge = Readonly<Record<string, string | null | undefined>>;

/** Everything that a digest is made of. */
export interface DigestInput {
  readonly username: string | Uint8Array;
  readonly password: string | Uint8Array;
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly uri: string;
  readonly challenge: Challenge;
  /** How often the challenge's nonce has been used, this time included. */
  readonly nonceCount: number;
  /** The client's own nonce: 16 hexadecimal digits. */
  readonly cnonce: string;
}

/** Node's names of the hashes, by the algorithm's name in upper case. */
const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'MD5-SESS': 'md5',
  SHA: 'sha1',
  'SHA-256': 'sha256',
  'SHA-512': 'sha512',
};

/**
 * The value of `Authorization` that answers a digest challenge (RFC 7616, and RFC 2069 when there is no `qop`). Null when the
 * algorithm or the quality of protection is not supported: `auth` is, `auth-int` alone is not. Values are written as they
 * are, without escapes, as Python does. Throws KeyError when the challenge lacks `realm` or `nonce`.
 */
export function digestHeader(input: DigestInput): string | null {
  const { username, password, method, uri, challenge, cnonce } = input;
  const realm = parameter(challenge, 'realm');
  const nonce = parameter(challenge, 'nonce');
  const { qop, algorithm, opaque } = challenge;
  const name = (algorithm ?? 'MD5').toUpperCase();
  const hashName = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
  if (hashName === undefined) return null;
  if (qop && !qop.split(',').includes('auth')) return null;

  const hash = (...parts: readonly (string | Uint8Array)[]): string => {
    const hasher = createHash(hashName);
    parts.forEach((part, index) => {
      if (index > 0) hasher.update(':');
      hasher.update(part);
    });
    return hasher.digest('hex');
  };
  const count = input.nonceCount.toString(16).padStart(8, '0');
  let secret = hash(username, realm, password);
  if (name === 'MD5-SESS') secret = hash(secret, nonce, cnonce);
  const target = hash(method, uri);
  const response = qop ? hash(secret, nonce, count, cnonce, 'auth', target) : hash(secret, nonce, target);

  let header =
    `Digest username="${latin1(username)}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
    `response="${response}"`;
  if (opaque) header += `, opaque="${opaque}"`;
  if (algorithm) header += `, algorithm="${algorithm}"`;
  if (qop) header += `, qop="auth", nc=${count}, cnonce="${cnonce}"`;
  return header;
}

function parameter(challenge: Challenge, name: string): string {
  const value = challenge[name];
  if (value === undefined) throw new KeyError(`${repr(name)} is missing in the Digest challenge`);
  return value ?? 'None';
}
