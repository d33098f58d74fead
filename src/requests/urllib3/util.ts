/** Python's `urllib3.util`. */
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { checkOptions, UnicodeEncodeError } from '../../builtins/index.js';
import { DEFAULT_ACCEPT_ENCODING } from '../headers/default-headers.js';

export { parse_url, Url } from '../urls/parse-url.js';
export { Retry } from './retry.js';
export { Timeout } from './timeout.js';

/** The keyword arguments of {@link make_headers}. */
export interface HeaderShortcuts {
  /** Adds `connection: keep-alive`. */
  keep_alive?: boolean | null | undefined;
  /** Adds `accept-encoding`: this text, this list, or with true everything that this runtime can decode. */
  accept_encoding?: boolean | string | readonly string[] | null | undefined;
  /** Adds `user-agent`. */
  user_agent?: string | null | undefined;
  /** Adds `authorization` for `user:password`. */
  basic_auth?: string | null | undefined;
  /** Adds `proxy-authorization` for `user:password`. */
  proxy_basic_auth?: string | null | undefined;
  /** Adds `cache-control: no-cache`. */
  disable_cache?: boolean | null | undefined;
  /** Of `basic_auth`. Default `latin-1`. */
  basic_auth_encoding?: 'latin-1' | 'utf-8' | undefined;
  /** Of `proxy_basic_auth`. Default `latin-1`. */
  proxy_basic_auth_encoding?: 'latin-1' | 'utf-8' | undefined;
}

const SHORTCUTS = [
  'keep_alive',
  'accept_encoding',
  'user_agent',
  'basic_auth',
  'proxy_basic_auth',
  'disable_cache',
  'basic_auth_encoding',
  'proxy_basic_auth_encoding',
] as const satisfies readonly (keyof HeaderShortcuts)[];

/** Request headers for the usual wishes. Throws UnicodeEncodeError for credentials that the encoding does not have. */
export function make_headers(options: HeaderShortcuts = {}): Record<string, string> {
  const own = checkOptions('make_headers()', options, SHORTCUTS);
  const { accept_encoding, user_agent, basic_auth, proxy_basic_auth } = own;
  const headers: Record<string, string> = {};
  if (accept_encoding === true) headers['accept-encoding'] = DEFAULT_ACCEPT_ENCODING.replaceAll(', ', ',');
  else if (typeof accept_encoding === 'string') {
    if (accept_encoding !== '') headers['accept-encoding'] = accept_encoding;
  } else if (accept_encoding && accept_encoding.length > 0) {
    headers['accept-encoding'] = accept_encoding.join(',');
  }
  if (user_agent) headers['user-agent'] = user_agent;
  if (own.keep_alive) headers['connection'] = 'keep-alive';
  if (basic_auth) headers['authorization'] = basic(basic_auth, own.basic_auth_encoding);
  if (proxy_basic_auth) {
    headers['proxy-authorization'] = basic(proxy_basic_auth, own.proxy_basic_auth_encoding);
  }
  if (own.disable_cache) headers['cache-control'] = 'no-cache';
  return headers;
}

function basic(credentials: string, encoding: 'latin-1' | 'utf-8' = 'latin-1'): string {
  if (encoding === 'utf-8') return `Basic ${Buffer.from(credentials).toString('base64')}`;
  if (/[^\0-\xff]/.test(credentials)) {
    throw new UnicodeEncodeError("'latin-1' codec can't encode the credentials: ordinal not in range(256)");
  }
  return `Basic ${Buffer.from(credentials, 'latin1').toString('base64')}`;
}

/** The keyword arguments of {@link create_urllib3_context}. */
export interface SSLContextOptions {
  /** OpenSSL's list of ciphers. Default: Node's. */
  ciphers?: string | null | undefined;
  /** The oldest version of TLS. Default `TLSv1.2`. */
  ssl_minimum_version?: tls.SecureVersion | null | undefined;
  /** The newest version of TLS. Default: the newest that Node has. */
  ssl_maximum_version?: tls.SecureVersion | null | undefined;
  /** OpenSSL's option bits, from `crypto.constants` (`SSL_OP_…`). Default: Node's. */
  options?: number | null | undefined;
  /** A file of trusted certificates (PEM): Python's `load_verify_locations`. Default: Node's. */
  ca_certs?: string | null | undefined;
  /** The client's certificate (PEM), with its key unless there is a `key_file`: Python's `load_cert_chain`. */
  cert_file?: string | null | undefined;
  /** The client's key (PEM). */
  key_file?: string | null | undefined;
  /** The passphrase of the key. */
  key_password?: string | null | undefined;
}

const CONTEXT_OPTIONS = [
  'ciphers',
  'ssl_minimum_version',
  'ssl_maximum_version',
  'options',
  'ca_certs',
  'cert_file',
  'key_file',
  'key_password',
] as const satisfies readonly (keyof SSLContextOptions)[];

/**
 * The `ssl_context` of a pool manager. Node's contexts cannot be changed: what Python loads into one is an option here, and
 * whether certificates are verified is the manager's `cert_reqs`.
 * @throws Node's errors for a missing file, unknown ciphers and the like
 */
export function create_urllib3_context(options: SSLContextOptions = {}): tls.SecureContext {
  const own = checkOptions('create_urllib3_context()', options, CONTEXT_OPTIONS);
  const { ssl_maximum_version, ciphers, ca_certs, cert_file, key_file, key_password } = own;
  const settings: tls.SecureContextOptions = { minVersion: own.ssl_minimum_version ?? 'TLSv1.2' };
  if (ssl_maximum_version) settings.maxVersion = ssl_maximum_version;
  if (ciphers) settings.ciphers = ciphers;
  if (own.options !== undefined && own.options !== null) settings.secureOptions = own.options;
  if (ca_certs) settings.ca = readFileSync(ca_certs);
  if (cert_file) {
    settings.cert = readFileSync(cert_file);
    settings.key = key_file ? readFileSync(key_file) : settings.cert;
    if (key_password) settings.passphrase = key_password;
  }
  return tls.createSecureContext(settings);
}
