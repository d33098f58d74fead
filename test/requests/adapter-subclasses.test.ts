/** Subclasses of adapters in the shapes of requests-toolbelt, whose fields are set after the constructor they derive from. */
import { X509Certificate } from 'node:crypto';
import { type SecureVersion, TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { FuturesSession } from '../../src/futures-session/index.js';
import { type ConnectionSettings, PoolManager } from '../../src/requests/adapters/index.js';
import { SSLError } from '../../src/requests/exceptions/requests.js';
import { type PreparedRequest, type Response, Session, type SendOptions } from '../../src/requests/index.js';
import { disable_warnings } from '../../src/requests/packages/urllib3.js';
import { ADAPTERS, type AdapterClass } from '../helpers/adapters.js';
import { failureOf } from '../helpers/failures.js';
import { prepare, send } from '../helpers/send.js';
import { loopbackCertificate, makeCertificate, testAuthority } from '../helpers/servers/certificates.js';
import { echo, startHttpServer } from '../helpers/servers/http-server.js';
import { startTlsServer } from '../helpers/servers/tls-server.js';

const TRUST = { ca_cert_data: testAuthority().cert };

describe.each(ADAPTERS)('a subclass of %s', (_name, Adapter: AdapterClass) => {
  test('has its fields when init_poolmanager runs, at the first use', async () => {
    await using server = await startTlsServer((request, response) => {
      response.end(request.socket instanceof TLSSocket ? request.socket.getProtocol() : '');
    });
    class SSLAdapter extends Adapter {
      ssl_version: SecureVersion = 'TLSv1.2';
      made = 0;
      override init_poolmanager(connections: number, maxsize: number, block = false): void {
        this.made += 1;
        const { ssl_version } = this;
        this.poolmanager = new PoolManager({ num_pools: connections, maxsize, block, ssl_version, ...TRUST });
      }
    }
    const adapter = new SSLAdapter({ pool_connections: 3 });
    expect(adapter.made).toBe(0);
    adapter.close();
    expect(adapter.made).toBe(0);
    expect(String(await (await send(adapter, server.url)).read())).toBe('TLSv1.2');
    await send(adapter, server.url);
    expect(adapter.made).toBe(1);
    expect(adapter.poolmanager.num_pools).toBe(3);
    adapter.close();
  });

  test('passes the keywords it was given on, with its own', async () => {
    await using server = await startHttpServer((request, response) => {
      response.end(request.socket.remoteAddress);
    });
    class SourceAddressAdapter extends Adapter {
      readonly source_address: readonly [string, number] = ['127.0.0.3', 0];
      override init_poolmanager(
        connections: number,
        maxsize: number,
        block?: boolean,
        pool_kwargs: ConnectionSettings = {},
      ): void {
        const { source_address } = this;
        super.init_poolmanager(connections, maxsize, block, { ...pool_kwargs, source_address });
      }
    }
    const adapter = new SourceAddressAdapter();
    expect(String(await (await send(adapter, server.url)).read())).toBe('127.0.0.3');
    adapter.close();
  });

  test('may set the name that a certificate has by each request', async () => {
    const certificate = makeCertificate({ commonName: 'x', names: ['a.test'], issuer: testAuthority() });
    await using server = await startTlsServer(echo, { certificate });
    class HostHeaderSSLAdapter extends Adapter {
      readonly trust = TRUST;
      override init_poolmanager(connections: number, maxsize: number, block?: boolean): void {
        super.init_poolmanager(connections, maxsize, block, this.trust);
      }
      override send(request: PreparedRequest, options?: SendOptions): Promise<Response> {
        const settings = this.poolmanager.connection_pool_kw;
        const host = request.headers.get('Host');
        if (host) settings.assert_hostname = host;
        else delete settings.assert_hostname;
        return super.send(request, options);
      }
    }
    const adapter = new HostHeaderSSLAdapter();
    await failureOf(send(adapter, server.url), SSLError);
    const named = (): PreparedRequest => prepare(server.url, { headers: { Host: 'a.test' } });
    expect((await send(adapter, named())).status_code).toBe(200);
    await failureOf(send(adapter, server.url), SSLError);
    expect((await send(adapter, named())).status_code).toBe(200);
    await failureOf(send(adapter, prepare(server.url, { headers: { Host: 'b.test' } })), SSLError);
    expect(server.requests).toHaveLength(2);
    adapter.close();
  });

  test('that is a pin of a certificate trusts it alone, by each hash, verified or not', async () => {
    disable_warnings();
    const certificate = makeCertificate({ commonName: 'x', names: ['other.test'], issuer: testAuthority() });
    const { fingerprint, fingerprint256 } = new X509Certificate(certificate.cert);
    await using server = await startTlsServer(echo, { certificate });
    class FingerprintAdapter extends Adapter {
      constructor(readonly fingerprint: string) {
        super();
      }
      override init_poolmanager(connections: number, maxsize: number, block?: boolean): void {
        const pin = { assert_fingerprint: this.fingerprint, ...TRUST };
        super.init_poolmanager(connections, maxsize, block, pin);
      }
    }
    const verified = [true, false];
    for (const pin of [fingerprint, fingerprint256, fingerprint256.replaceAll(':', '').toLowerCase()]) {
      for (const verify of verified) {
        const adapter = new FingerprintAdapter(pin);
        expect((await send(adapter, server.url, { verify })).status_code).toBe(200);
        adapter.close();
      }
    }
    const reached = server.requests.length;
    const other = new X509Certificate(loopbackCertificate().cert).fingerprint256;
    for (const verify of verified) {
      const adapter = new FingerprintAdapter(other);
      const error = await failureOf(
        send(adapter, prepare(server.url, { method: 'POST', data: 'x' }), { verify }),
        SSLError,
      );
      expect(error.message).toContain(`Fingerprints did not match. Expected "${other}", got "`);
      const short = new FingerprintAdapter('aa:bb');
      const refusal = await failureOf(send(short, server.url, { verify }), SSLError);
      expect(refusal.message).toContain('Fingerprint of invalid length: aa:bb');
      adapter.close();
    }
    expect(server.requests).toHaveLength(reached);
  });

  test('whose init_poolmanager makes none is an error that says so', async () => {
    class Empty extends Adapter {
      override init_poolmanager(): void {
        // None.
      }
    }
    await expect(send(new Empty(), 'http://127.0.0.1:1/')).rejects.toThrow(
      'init_poolmanager() has set no poolmanager',
    );
  });

  test('is refused sizes that are no numbers at once, and settings that there are not', async () => {
    expect(() => new Adapter({ pool_maxsize: NaN })).toThrow(/^pool_maxsize must be a number, not NaN$/);
    class Odd extends Adapter {
      override init_poolmanager(connections: number, maxsize: number, block?: boolean): void {
        const settings = { ssl_versoin: 'TLSv1.2' } as object;
        super.init_poolmanager(connections, maxsize, block, settings);
      }
    }
    await expect(send(new Odd(), 'http://127.0.0.1:1/')).rejects.toThrow(/did you mean 'ssl_version'/);
  });
});

describe('an override of request()', () => {
  test('sees the method as Python gives it, in capitals', async () => {
    const methods: string[] = [];
    class Watching extends Session {
      override request(...args: Parameters<Session['request']>): Promise<Response> {
        methods.push(args[0] as string);
        return super.request(...args);
      }
    }
    await using server = await startHttpServer(echo);
    await using session = new Watching();
    for (const verb of ['get', 'options', 'head', 'post', 'put', 'patch', 'delete'] as const) {
      await session[verb](server.url);
    }
    expect(methods).toEqual(['GET', 'OPTIONS', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
  });

  test('of the session that a FuturesSession sends by does, too', async () => {
    const methods: string[] = [];
    await using server = await startHttpServer(echo);
    await using inner = new Session();
    await using session = new FuturesSession({
      session: {
        request: (method, url, options) => {
          methods.push(method);
          return inner.request(method, url, options);
        },
      },
    });
    await session.get(server.url);
    expect(methods).toEqual(['GET']);
  });
});
