import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isIP, type Socket } from 'node:net';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { OSError } from '../../../builtins/index.js';
import { SSLError } from '../../exceptions/urllib3.js';
import type { Cert } from '../../inputs.js';
import { SOCKET_SETTINGS, type SocketSettings } from './socket-settings.js';

/** How connections are made, as urllib3's pools take it; null (the default) leaves a setting to Node. */
export interface ConnectionSettings extends SocketSettings {
  /** `CERT_NONE` accepts any certificate. Default `CERT_REQUIRED`. */
  cert_reqs?: 'CERT_REQUIRED' | 'CERT_NONE' | null | undefined;
  /** A file of trusted certificates (PEM), in place of Node's. */
  ca_certs?: string | null | undefined;
  /** A directory of such files. */
  ca_cert_dir?: string | null | undefined;
  /** Trusted certificates themselves. */
  ca_cert_data?: string | Uint8Array | null | undefined;
  /** The client's certificate (PEM), with its key unless there is a `key_file`. */
  cert_file?: string | null | undefined;
  /** The client's key (PEM). */
  key_file?: string | null | undefined;
  /** The passphrase of the key. */
  key_password?: string | null | undefined;
  /** The name that the certificate must be valid for, in place of the host; false accepts any. */
  assert_hostname?: string | false | null | undefined;
  /** What the server's certificate must hash to, in hexadecimal: MD5, SHA-1 or SHA-256 by its length. Its name may be any then. */
  assert_fingerprint?: string | null | undefined;
  /** The name sent to the server (SNI), in place of the host. */
  server_hostname?: string | null | undefined;
  /** The one version of TLS, in place of the oldest and the newest. */
  ssl_version?: tls.SecureVersion | null | undefined;
  /** The oldest version of TLS. */
  ssl_minimum_version?: tls.SecureVersion | null | undefined;
  /** The newest version of TLS. */
  ssl_maximum_version?: tls.SecureVersion | null | undefined;
  /** Made by `tls.createSecureContext`; certificates and keys are then taken from it alone. */
  ssl_context?: tls.SecureContext | null | undefined;
}

/** The names of {@link ConnectionSettings}. */
export const CONNECTION_SETTINGS = [
  'cert_reqs',
  'ca_certs',
  'ca_cert_dir',
  'ca_cert_data',
  'cert_file',
  'key_file',
  'key_password',
  'assert_hostname',
  'assert_fingerprint',
  'server_hostname',
  'ssl_version',
  'ssl_minimum_version',
  'ssl_maximum_version',
  'ssl_context',
  ...SOCKET_SETTINGS,
] as const satisfies readonly (keyof ConnectionSettings)[];

/** Whether `path` is there, and whether it is a directory. */
export function kindOfPath(path: string): 'file' | 'directory' | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? null : stats.isDirectory() ? 'directory' : 'file';
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new OSError(`Could not read ${path}`, { cause: error });
  }
}

/** Every certificate of a directory, also those whose file name is not the hash that OpenSSL requires. */
function readDirectory(path: string): string[] {
  return readdirSync(path)
    .map((name) => join(path, name))
    .filter((file) => kindOfPath(file) === 'file')
    .map((file) => read(file).toString('latin1'))
    .filter((text) => text.includes('-----BEGIN'));
}

function trusted(settings: ConnectionSettings): tls.SecureContextOptions['ca'] {
  const { ca_certs, ca_cert_dir, ca_cert_data } = settings;
  if (!ca_certs && !ca_cert_dir && !ca_cert_data) return undefined;
  return [
    ...(ca_certs ? [read(ca_certs)] : []),
    ...(ca_cert_dir ? readDirectory(ca_cert_dir) : []),
    ...(ca_cert_data ? [typeof ca_cert_data === 'string' ? ca_cert_data : Buffer.from(ca_cert_data)] : []),
  ];
}

/** The options of Node's TLS for certificates and versions. Reads the files. */
export function trustOptions(settings: ConnectionSettings): tls.ConnectionOptions {
  const { cert_file, key_file, key_password, ssl_context } = settings;
  const options: tls.ConnectionOptions = { rejectUnauthorized: settings.cert_reqs !== 'CERT_NONE' };
  const { ssl_version, ssl_minimum_version, ssl_maximum_version } = settings;
  const oldest = ssl_version ?? ssl_minimum_version;
  const newest = ssl_version ?? ssl_maximum_version;
  if (oldest) options.minVersion = oldest;
  if (newest) options.maxVersion = newest;
  if (ssl_context) {
    options.secureContext = ssl_context;
    return options;
  }
  const ca = trusted(settings);
  if (ca !== undefined) options.ca = ca;
  if (cert_file) {
    options.cert = read(cert_file);
    options.key = key_file ? read(key_file) : options.cert;
    if (key_password) options.passphrase = key_password;
  }
  return options;
}

/** The options of Node's TLS for the name that the server at the other end must have. */
export function identityOptions(host: string, settings: ConnectionSettings): tls.ConnectionOptions {
  const { assert_hostname, assert_fingerprint, server_hostname } = settings;
  const name = server_hostname ?? host;
  return {
    servername: isIP(name) === 0 ? name : '',
    checkServerIdentity: (_host, certificate) =>
      assert_hostname === false || assert_fingerprint
        ? undefined
        : tls.checkServerIdentity(assert_hostname ?? name, certificate),
  };
}

/** The hashes of certificates by the length of their text. */
const HASHES: Readonly<Record<number, string>> = { 32: 'md5', 40: 'sha1', 64: 'sha256' };

/** Ends a connection with urllib3's SSLError unless the server's certificate has the `assert_fingerprint`. */
export function watchFingerprint(socket: Socket, assert_fingerprint: string): void {
  if (!('encrypted' in socket)) return;
  // Without verification, Node does not check names. This ends the connection before the request is written, as Node does.
  socket.prependOnceListener('secureConnect', () => {
    const refusal = fingerprintRefusal(
      (socket as tls.TLSSocket).getPeerCertificate().raw,
      assert_fingerprint,
    );
    if (refusal !== null) socket.destroy(new SSLError(refusal));
  });
}

/** Why a certificate is not the one of a fingerprint; null when it is. */
function fingerprintRefusal(certificate: Buffer | undefined, fingerprint: string): string | null {
  const expected = fingerprint.replaceAll(':', '').toLowerCase();
  const hash = HASHES[expected.length];
  if (hash === undefined) return `Fingerprint of invalid length: ${fingerprint}`;
  if (certificate === undefined) return 'No certificate for the peer.';
  const found = createHash(hash).update(certificate).digest('hex');
  return found === expected ? null : `Fingerprints did not match. Expected "${fingerprint}", got "${found}"`;
}

/** A pool, as far as its certificates go. */
interface Certified {
  readonly settings: ConnectionSettings;
  changeSettings(changes: ConnectionSettings): void;
}

/** Applies a request's `verify` and `cert` to a pool. Throws OSError when a file is missing. */
export function applyCertificates(
  connection: Certified,
  isSecure: boolean,
  verify: boolean | string | null,
  cert: Cert | null,
): void {
  if (isSecure) applyChanges(connection, verify === false ? TRUST_ANYONE : trust(verify || true));
  if (!cert) return;
  const [cert_file, key_file] = typeof cert === 'string' ? [cert, null] : cert;
  if (kindOfPath(cert_file) === null) {
    throw new OSError(`Could not find the TLS certificate file, invalid path: ${cert_file}`);
  }
  if (key_file !== null && kindOfPath(key_file) === null) {
    throw new OSError(`Could not find the TLS key file, invalid path: ${key_file}`);
  }
  applyChanges(connection, { cert_file, key_file });
}

/** The settings for what a request trusts and shows. */
export function certificateSettings(verify: boolean | string | null, cert: Cert | null): ConnectionSettings {
  const settings: ConnectionSettings = { cert_reqs: verify === false ? 'CERT_NONE' : 'CERT_REQUIRED' };
  if (typeof verify === 'string' && verify !== '') {
    if (kindOfPath(verify) === 'directory') settings.ca_cert_dir = verify;
    else settings.ca_certs = verify;
  }
  if (typeof cert === 'string') settings.cert_file = cert;
  else if (cert !== null) [settings.cert_file, settings.key_file] = cert;
  return settings;
}

function applyChanges(connection: Certified, changes: ConnectionSettings): void {
  const { settings } = connection;
  for (const name of Object.keys(changes) as (keyof ConnectionSettings)[]) {
    if ((settings[name] ?? null) !== (changes[name] ?? null)) {
      connection.changeSettings(changes);
      return;
    }
  }
}

/** What is to be trusted by a request with this `verify`, which is a path or true. */
function trust(verify: string | true): ConnectionSettings {
  if (verify === true) return { cert_reqs: 'CERT_REQUIRED' };
  const kind = kindOfPath(verify);
  if (kind === null) {
    throw new OSError(
      `Could not find a suitable TLS CA certificate bundle, invalid path: ${verify}; ` +
        'verify takes true, false or the path of a bundle',
    );
  }
  const isDirectory = kind === 'directory';
  return {
    cert_reqs: 'CERT_REQUIRED',
    ca_certs: isDirectory ? null : verify,
    ca_cert_dir: isDirectory ? verify : null,
  };
}

const TRUST_ANYONE: ConnectionSettings = { cert_reqs: 'CERT_NONE', ca_certs: null, ca_cert_dir: null };
