import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OSError } from '../../src/builtins/index.js';
import type { HTTPAdapter } from '../../src/requests/adapters/index.js';
import {
  ConnectionError,
  ReadTimeout,
  RequestException,
  SSLError,
} from '../../src/requests/exceptions/requests.js';
import type { Cert } from '../../src/requests/inputs.js';
import type { SendOptions } from '../../src/requests/types.js';
import { disable_warnings, exceptions } from '../../src/requests/packages/urllib3.js';
import { makeCertificate, testAuthority } from '../helpers/servers/certificates.js';
import { echo, startHttpServer } from '../helpers/servers/http-server.js';
import { startRawServer } from '../helpers/servers/raw-server.js';
import { failureOf } from '../helpers/failures.js';
import { prepare, send } from '../helpers/send.js';
import { startTlsServer } from '../helpers/servers/tls-server.js';
import { ADAPTERS } from '../helpers/adapters.js';

describe.each(ADAPTERS)('%s', (name, Adapter) => {
  const directory = mkdtempSync(join(tmpdir(), 'requests-tls-'));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  function file(name: string, content: string): string {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  }

  const bundle = file('ca.pem', testAuthority().cert);
  const adapters: HTTPAdapter[] = [];

  function newAdapter(): HTTPAdapter {
    const adapter = new Adapter();
    adapters.push(adapter);
    return adapter;
  }

  let warnings: string[] = [];
  beforeEach(() => {
    warnings = [];
    vi.spyOn(process, 'emitWarning').mockImplementation((warning, type) => {
      warnings.push(`${JSON.stringify(type)}: ${String(warning)}`);
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    for (const adapter of adapters.splice(0)) adapter.close();
  });

  describe('1.15: verify', () => {
    test('true trusts the authorities of Node alone', async () => {
      await using server = await startTlsServer();
      const error = await failureOf(send(newAdapter(), server.url), SSLError);
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error.message).toMatch(
        /^HTTPSConnectionPool\(host='127\.0\.0\.1', port=\d+\): Max retries exceeded with url: \/ \(Caused by SSLError\(SSLCertVerificationError\(1, '\[SSL: CERTIFICATE_VERIFY_FAILED\] certificate verify failed: self-signed certificate in certificate chain'\)\)\)$/,
      );
      expect(error.request?.url).toBe(`${server.url}/`);
      expect(server.requests).toHaveLength(0);
    });

    test('absent, null and empty are true', async () => {
      await using server = await startTlsServer();
      for (const verify of [undefined, null, '']) {
        await failureOf(send(newAdapter(), server.url, { verify }), SSLError);
      }
    });

    test.each(['a file', 'a directory'])('%s of trusted certificates', async (kind) => {
      await using server = await startTlsServer();
      const verify = kind === 'a file' ? bundle : directory;
      const adapter = newAdapter();
      for (let i = 0; i < 3; i++) expect((await send(adapter, server.url, { verify })).status_code).toBe(200);
      expect([server.connections, warnings]).toEqual([1, []]);
    });

    test('a certificate for another name is not accepted', async () => {
      const certificate = makeCertificate({
        commonName: 'other',
        names: ['other.test'],
        issuer: testAuthority(),
      });
      await using server = await startTlsServer(echo, { certificate });
      const byAddress = await failureOf(send(newAdapter(), server.url, { verify: bundle }), SSLError);
      expect(byAddress.message).toContain("IP address mismatch, certificate is not valid for '127.0.0.1'.");
      const byName = send(newAdapter(), `https://localhost:${server.port}/`, { verify: bundle });
      expect((await failureOf(byName, SSLError)).message).toContain(
        "Hostname mismatch, certificate is not valid for 'localhost'.",
      );
    });

    test('an expired certificate is not accepted', async () => {
      const long = new Date(2020, 1);
      const certificate = makeCertificate({
        commonName: 'localhost',
        names: ['127.0.0.1'],
        issuer: testAuthority(),
        notBefore: long,
        notAfter: new Date(2021, 1),
      });
      await using server = await startTlsServer(echo, { certificate });
      const error = await failureOf(send(newAdapter(), server.url, { verify: bundle }), SSLError);
      expect(error.message).toContain('certificate verify failed: certificate has expired');
    });

    test('the Host header does not say whose certificate is expected', async () => {
      const certificate = makeCertificate({
        commonName: 'x',
        names: ['other.test'],
        issuer: testAuthority(),
      });
      await using server = await startTlsServer(echo, { certificate });
      const request = prepare(server.url, { headers: { Host: 'other.test' } });
      await failureOf(send(newAdapter(), request, { verify: bundle }), SSLError);
    });

    // The second adapter would not be the first to warn of these hosts.
    test.runIf(name === 'HTTPAdapter')('false accepts any, with one warning for each host', async () => {
      const certificate = makeCertificate({ commonName: 'nobody' });
      await using server = await startTlsServer(echo, { certificate });
      const adapter = newAdapter();
      for (let i = 0; i < 3; i++)
        expect((await send(adapter, server.url, { verify: false })).status_code).toBe(200);
      expect(warnings).toEqual([
        expect.stringMatching(
          /^"InsecureRequestWarning": Unverified HTTPS request is being made to host '127\.0\.0\.1'\. Adding certificate verification is strongly advised\./,
        ),
      ]);
      await send(adapter, `https://localhost:${server.port}/`, { verify: false });
      expect(warnings).toHaveLength(2);
    });

    test('false is never shared with requests that verify, whichever comes first', async () => {
      await using server = await startTlsServer();
      const adapter = newAdapter();
      await send(adapter, server.url, { verify: false });
      await failureOf(send(adapter, server.url), SSLError);
      await send(adapter, server.url, { verify: bundle });
      await send(adapter, server.url, { verify: false });
      expect(server.connections).toBe(2);
      await failureOf(send(adapter, server.url), SSLError);
    });

    test('3.42: disable_warnings silences them', async () => {
      await using server = await startTlsServer();
      disable_warnings(exceptions.InsecureRequestWarning);
      await send(newAdapter(), server.url.replace('127.0.0.1', 'LOCALHOST'), { verify: false });
      expect(warnings).toEqual([]);
    });

    test('a plain request neither needs nor reads certificates', async () => {
      await using server = await startHttpServer();
      const response = await send(newAdapter(), server.url, { verify: '/no/such/file' });
      expect(response.status_code).toBe(200);
      await send(newAdapter(), server.url, { verify: false });
      expect(warnings).toEqual([]);
    });
  });

  describe('1.13: files that are missing', () => {
    test.each<[string, SendOptions, string]>([
      [
        'the bundle',
        { verify: '/no/such/ca' },
        'Could not find a suitable TLS CA certificate bundle, invalid path: /no/such/ca; ' +
          'verify takes true, false or the path of a bundle',
      ],
      [
        'the certificate',
        { cert: '/no/such.pem' },
        'Could not find the TLS certificate file, invalid path: /no/such.pem',
      ],
      [
        'the key',
        { cert: [bundle, '/no/such.key'] },
        'Could not find the TLS key file, invalid path: /no/such.key',
      ],
    ])('%s: a plain OSError, before anything is sent', async (_name, options, message) => {
      const error = await failureOf(send(newAdapter(), 'https://127.0.0.1:1/', options), OSError);
      expect(error).not.toBeInstanceOf(RequestException);
      expect(error.message).toBe(message);
    });

    test('a bundle that holds no certificate is an SSLError', async () => {
      await using server = await startTlsServer();
      const verify = file('empty.txt', 'nothing');
      const error = await failureOf(send(newAdapter(), server.url, { verify }));
      expect(error).toBeInstanceOf(SSLError);
    });
  });

  describe('1.15: cert', () => {
    const client = makeCertificate({ commonName: 'client', issuer: testAuthority() });
    const cert = file('client.crt', client.cert);
    const key = file('client.key', client.key);
    const both = file('client.both', client.cert + client.key);

    test.each<[string, Cert]>([
      ['one file with both', both],
      ['a pair', [cert, key]],
    ])('%s is shown to the server', async (_name, given) => {
      await using server = await startTlsServer(
        (request, response) => {
          response.end(secureSocket(request).getPeerCertificate().subject.CN);
        },
        { requiresClientCertificate: true },
      );
      const response = await send(newAdapter(), server.url, { verify: bundle, cert: given });
      expect(String(await response.read())).toBe('client');
    });

    test('without it the server refuses, which is an SSLError', async () => {
      await using server = await startTlsServer(echo, { requiresClientCertificate: true });
      const adapter = newAdapter();
      await send(adapter, server.url, { verify: bundle, cert: both });
      const error = await failureOf(send(adapter, server.url, { verify: bundle }), SSLError);
      expect(error.message).toMatch(/\[SSL: \w*ALERT_CERTIFICATE_REQUIRED\]/);
    });

    test('a certificate without its key is an SSLError', async () => {
      await using server = await startTlsServer();
      await failureOf(send(newAdapter(), server.url, { verify: bundle, cert }), SSLError);
    });
  });

  describe('1.13: TLS that does not come about', () => {
    test('HTTPS to a plain port', async () => {
      await using server = await startHttpServer();
      const error = await failureOf(send(newAdapter(), `https://127.0.0.1:${server.port}/`), SSLError);
      expect(error.message).toContain(
        "(Caused by SSLError(SSLError(1, '[SSL: WRONG_VERSION_NUMBER] wrong version number')))",
      );
    });

    test('a server that closes instead', async () => {
      await using server = await startRawServer(async (connection) => {
        await connection.readExactly(10);
        connection.end();
      });
      const error = await failureOf(send(newAdapter(), `https://127.0.0.1:${server.port}/`), SSLError);
      expect(error.message).toContain('[SSL: UNEXPECTED_EOF_WHILE_READING]');
    });

    test('a server that answers nothing over TLS in time', async () => {
      await using server = await startTlsServer(() => undefined);
      const error = await failureOf(
        send(newAdapter(), server.url, { verify: bundle, timeout: [20, 0.3] }),
        ReadTimeout,
      );
      expect(error.message).toMatch(/^HTTPSConnectionPool\(.*Read timed out\. \(read timeout=0\.3\)$/);
    });
  });

  describe('1.15: what a subclass may change', () => {
    test('init_poolmanager: settings for all connections', async () => {
      await using server = await startTlsServer((request, response) => {
        response.end(secureSocket(request).getProtocol());
      });
      class OldTls extends Adapter {
        override init_poolmanager(connections: number, maxsize: number, block?: boolean): void {
          super.init_poolmanager(connections, maxsize, block, { ssl_maximum_version: 'TLSv1.2' });
        }
      }
      const adapter = new OldTls();
      const response = await send(adapter, server.url, { verify: bundle });
      expect(String(await response.read())).toBe('TLSv1.2');
      adapter.close();
    });

    test('init_poolmanager: a context, and the name to be expected', async () => {
      const certificate = makeCertificate({
        commonName: 'x',
        names: ['other.test'],
        issuer: testAuthority(),
      });
      await using server = await startTlsServer(echo, { certificate });
      class WithContext extends Adapter {
        override init_poolmanager(connections: number, maxsize: number, block?: boolean): void {
          super.init_poolmanager(connections, maxsize, block, {
            ssl_context: tls.createSecureContext({ ca: testAuthority().cert }),
            assert_hostname: 'other.test',
          });
        }
      }
      const adapter = new WithContext();
      expect((await send(adapter, server.url)).status_code).toBe(200);
      adapter.close();
    });

    test('cert_verify: other values', async () => {
      await using server = await startTlsServer();
      class Trusting extends Adapter {
        override cert_verify(...[connection, url, , cert]: Parameters<HTTPAdapter['cert_verify']>): void {
          super.cert_verify(connection, url, bundle, cert);
        }
      }
      const adapter = new Trusting();
      expect((await send(adapter, server.url)).status_code).toBe(200);
      adapter.close();
    });

    test('cert_verify: the settings of the connection itself', async () => {
      const certificate = makeCertificate({
        commonName: 'x',
        names: ['other.test'],
        issuer: testAuthority(),
      });
      await using server = await startTlsServer(echo, { certificate });
      class AnyName extends Adapter {
        override cert_verify(...args: Parameters<HTTPAdapter['cert_verify']>): void {
          super.cert_verify(...args);
          if (args[0].settings.assert_hostname !== false) args[0].changeSettings({ assert_hostname: false });
        }
      }
      const adapter = new AnyName();
      for (let i = 0; i < 2; i++) await send(adapter, server.url, { verify: bundle });
      expect(server.connections).toBe(1);
      adapter.close();
    });

    test('build_connection_pool_key_attributes: where connections lead', async () => {
      await using server = await startHttpServer();
      class Elsewhere extends Adapter {
        override build_connection_pool_key_attributes(
          ...args: Parameters<HTTPAdapter['build_connection_pool_key_attributes']>
        ): ReturnType<HTTPAdapter['build_connection_pool_key_attributes']> {
          const [, settings] = super.build_connection_pool_key_attributes(...args);
          return [{ scheme: 'http', host: '127.0.0.1', port: server.port }, settings];
        }
      }
      const adapter = new Elsewhere();
      expect((await send(adapter, 'http://nowhere.test/x')).json()).toMatchObject({ url: '/x' });
      adapter.close();
    });
  });

  function secureSocket({ socket }: { readonly socket: object }): tls.TLSSocket {
    if (socket instanceof tls.TLSSocket) return socket;
    throw new Error('the request did not come over TLS');
  }
});
