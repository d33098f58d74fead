/** Where connections lead and what is set on them: UNIX sockets, `socket_options`, `source_address`, `lookup`. */
import { lookup as resolve } from 'node:dns';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { FuturesSession } from 'requests-futures';
import {
  ConnectionError,
  ConnectTimeout,
  HTTPAdapter,
  InvalidSchema,
  InvalidURL,
  NotImplementedError,
  Session,
  set_logger,
  type adapters,
  UndiciAdapter,
  urllib3,
} from 'requests-futures/requests';
import { loopback } from '../fixtures/lookups.mjs';
import { failureOf } from '../helpers/failures.js';
import { testAuthority } from '../helpers/servers/certificates.js';
import { echo, type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';
import { startProxyServer } from '../helpers/servers/proxy-server.js';
import { startSocksServer } from '../helpers/servers/socks-server.js';
import { startTlsServer } from '../helpers/servers/tls-server.js';
import { pool } from '../helpers/worker-pools.js';

const folder = mkdtempSync(path.join(tmpdir(), 'requests-sockets-'));
const hasUnixSockets = process.platform !== 'win32';
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer();
});
afterAll(() => server.close());

type SocketOption = adapters.SocketOption;

const socket = (name: string): string => path.join(folder, name);

type Options = NonNullable<ConstructorParameters<typeof UndiciAdapter>[0]> & { dispatcher?: null };

describe.each([
  ['HTTPAdapter', HTTPAdapter],
  ['UndiciAdapter', UndiciAdapter],
])('%s', (_name, Adapter: new (options?: Options) => HTTPAdapter) => {
  const sessions: Session[] = [];
  /** A session that sends everything by one adapter. */
  function sessionOver(options?: Options): Session {
    const session = new Session();
    const adapter = new Adapter(options);
    for (const prefix of ['http://', 'https://', 'http+unix://']) session.mount(prefix, adapter);
    sessions.push(session);
    return session;
  }
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.close();
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    set_logger(null);
  });

  describe.runIf(hasUnixSockets)('over UNIX sockets', () => {
    test('sends what a URL names to the socket in place of its host', async () => {
      await using unix = await startHttpServer(echo, { path: socket('a b.sock') });
      const session = sessionOver();
      const response = await session.post(`${unix.url}/v1/info`, { params: { q: 'ü' }, json: { a: 1 } });
      expect(response.json()).toMatchObject({ method: 'POST', url: '/v1/info?q=%C3%BC', body: '{"a":1}' });
      expect(response.url).toBe(`${unix.url}/v1/info?q=%C3%BC`);
      expect(unix.requests[0]?.headers.host).toBe('localhost');
    });

    test('keeps connections, and those of one socket from another', async () => {
      const named = (name: string) => (_request: unknown, response: { end(text: string): void }) => {
        response.end(name);
      };
      await using one = await startHttpServer(named('one'), { path: socket('one.sock') });
      await using two = await startHttpServer(named('two'), { path: socket('two.sock') });
      const session = sessionOver();
      for (const each of [one, two, one, two, one]) {
        expect((await session.get(each.url)).text).toBe(each === one ? 'one' : 'two');
      }
      // As POST looks at the connection before it uses it.
      expect((await session.post(two.url)).text).toBe('two');
      expect([one.connections, two.connections]).toEqual([1, 1]);
      // The same host, elsewhere.
      session.mount('http://one/', new Adapter({ socket_path: socket('one.sock') }));
      session.mount('http://localhost/', new Adapter({ socket_path: socket('two.sock') }));
      expect((await session.get('http://one/x')).text).toBe('one');
      expect((await session.get('http://localhost/x')).text).toBe('two');
    });

    test('leads all URLs to `socket_path`, whatever their host, past every proxy', async () => {
      await using unix = await startHttpServer(echo, { path: socket('docker.sock') });
      vi.stubEnv('http_proxy', 'http://127.0.0.1:1');
      vi.stubEnv('all_proxy', 'http://127.0.0.1:1');
      const session = sessionOver({ socket_path: socket('docker.sock') });
      const response = await session.get('http://docker:2375/containers/json', {
        proxies: { http: 'http://127.0.0.1:1' },
      });
      expect(response.json()).toMatchObject({ url: '/containers/json' });
      expect(unix.requests[0]?.headers.host).toBe('docker:2375');
      expect((await session.get(unix.url)).status_code).toBe(200);
      const manager = new urllib3.PoolManager({ socket_path: socket('docker.sock') });
      expect((await manager.request('GET', 'http://docker/version')).status).toBe(200);
      manager.clear();
    });

    test('speaks TLS over one, verified for the host of the URL', async () => {
      const ca = path.join(folder, 'ca.pem');
      const { writeFileSync } = await import('node:fs');
      writeFileSync(ca, testAuthority().cert);
      await using tls = await startTlsServer();
      // A UNIX socket in front of the same server.
      const front = net.createServer((client) => {
        const onward = net.connect(tls.port, '127.0.0.1');
        client.pipe(onward).pipe(client);
        for (const end of [client, onward]) end.on('error', () => undefined);
      });
      await new Promise<void>((done) => void front.listen(socket('tls.sock'), done));
      const session = sessionOver({ socket_path: socket('tls.sock') });
      expect((await session.get('https://127.0.0.1/', { verify: ca })).status_code).toBe(200);
      await expect(session.get('https://other.test/', { verify: ca })).rejects.toThrow(/other\.test/);
      await session.close();
      await new Promise((done) => front.close(done));
    });

    test('follows redirects on the same socket, with its cookies', async () => {
      await using unix = await startHttpServer(
        (request, response) => {
          if (request.url !== '/a/b') return response.end(request.url);
          return response.writeHead(302, { Location: '../c?d', 'Set-Cookie': 'k=v; Path=/' }).end();
        },
        { path: socket('hop.sock') },
      );
      const response = await sessionOver().get(`${unix.url}/a/b`);
      expect(response.text).toBe('/c?d');
      expect(unix.requests[1]?.headers.cookie).toBe('k=v');
    });

    test('follows none into a socket, nor from one to another', async () => {
      await using secret = await startHttpServer(echo, { path: socket('secret.sock') });
      const redirect = (
        _request: unknown,
        response: { writeHead: (...args: unknown[]) => { end(): void } },
      ) => {
        response.writeHead(302, { Location: `${secret.url}/containers/json` }).end();
      };
      await using outside = await startHttpServer(redirect as never);
      await using other = await startHttpServer(redirect as never, { path: socket('SECRET.sock') });
      for (const { url } of [outside, other]) {
        const error = await failureOf(sessionOver().get(url), InvalidSchema);
        expect(error.message).toContain('A redirect to a UNIX socket is not followed');
        expect(error.response?.status_code).toBe(302);
      }
      expect(secret.connections).toBe(0);
    });

    test('names the socket in errors and in the log, and gives the code', async () => {
      const missing = `http+unix://${encodeURIComponent(socket('missing.sock'))}`;
      const lines: string[] = [];
      set_logger({ log: (_level, _name, message) => void lines.push(message) });
      const error = await failureOf(sessionOver().get(missing), ConnectionError);
      expect(error.code).toBe('ENOENT');
      expect(error.message).toContain(`socket_path='${socket('missing.sock')}'`);
      expect(error.message).not.toContain("host='localhost'");
      await using unix = await startHttpServer(echo, { path: socket('log.sock') });
      await sessionOver().get(unix.url);
      expect(lines.join('\n')).toContain(`Starting new HTTP connection (1): ${socket('log.sock')}`);
      expect(lines.join('\n')).toContain(`http://${socket('log.sock')} "GET / HTTP/1.1" 200`);
    });

    test('explains URLs that name no socket', async () => {
      const session = sessionOver();
      for (const url of ['http+unix:///run/app.sock/path', 'http+unix://']) {
        const error = await failureOf(session.get(url), InvalidURL);
        expect(error.message).toContain('http+unix://%2Frun%2Fapp.sock/');
      }
      await expect(session.get('http+unix://%2Frun%2Fapp.sock:80/')).rejects.toThrow(
        'A UNIX socket has no port',
      );
      await expect(new Session().get('http+unix://%2Frun%2Fapp.sock/')).rejects.toThrow(
        "No connection adapters were found for 'http+unix://%2Frun%2Fapp.sock/': mount one, session.mount('http+unix://', new HTTPAdapter())",
      );
    });

    test('may wait for one of few connections, and times out', async () => {
      await using unix = await startHttpServer(echo, { path: socket('few.sock') });
      const session = sessionOver({ pool_maxsize: 2, pool_block: true });
      await Promise.all(Array.from({ length: 10 }, () => session.get(unix.url)));
      expect(unix.connections).toBeLessThanOrEqual(2);
      unix.handler = () => undefined;
      await expect(session.get(unix.url, { timeout: [20, 0.05] })).rejects.toThrow(/Read timed out/);
    });

    test('reaches it from worker threads', async () => {
      await using unix = await startHttpServer(echo, { path: socket('threads.sock') });
      await using session = new FuturesSession({ executor: pool() });
      session.mount('http+unix://', new Adapter());
      session.mount('http://docker/', new Adapter({ socket_path: socket('threads.sock') }));
      expect((await session.get(`${unix.url}/a`)).json()).toMatchObject({ url: '/a' });
      expect((await session.get('http://docker/b')).json()).toMatchObject({ url: '/b' });
    });
  });

  describe('socket_options', () => {
    const keepIdle = (seconds: number): SocketOption[] => [
      ['SOL_SOCKET', 'SO_KEEPALIVE', 1],
      ['IPPROTO_TCP', 'TCP_KEEPIDLE', seconds],
    ];

    test.each<[title: string, options: SocketOption[], noDelay: boolean, keepAlive: [boolean, number]]>([
      ['none', [], false, [false, 0]],
      ['TCP_NODELAY', [['IPPROTO_TCP', 'TCP_NODELAY', 1]], true, [false, 0]],
      ['TCP_NODELAY of 0', [['SOL_TCP', 'TCP_NODELAY', false]], false, [false, 0]],
      ['SO_KEEPALIVE', [['SOL_SOCKET', 'SO_KEEPALIVE', true]], false, [true, 0]],
      ['TCP_KEEPIDLE', keepIdle(120), false, [true, 120_000]],
      ['macOS: TCP_KEEPALIVE', [...keepIdle(5), ['IPPROTO_TCP', 'TCP_KEEPALIVE', 7]], false, [true, 7000]],
    ])('%s is what a connection has, and nothing else', async (_title, options, noDelay, keepAlive) => {
      const delays = vi.spyOn(net.Socket.prototype, 'setNoDelay');
      const alive = vi.spyOn(net.Socket.prototype, 'setKeepAlive');
      const session = sessionOver({ socket_options: options });
      await session.get(server.url);
      await session.get(server.url);
      expect(delays.mock.calls).toEqual([[noDelay]]);
      expect(alive.mock.calls).toEqual([keepAlive]);
    });

    test('reach a connection to a proxy, through a tunnel, too', async () => {
      const delays = vi.spyOn(net.Socket.prototype, 'setNoDelay');
      await using tls = await startTlsServer();
      await using proxy = await startProxyServer();
      const session = sessionOver({ socket_options: [['IPPROTO_TCP', 'TCP_NODELAY', 1]] });
      await session.get(tls.url, { proxies: { https: proxy.url }, verify: false });
      expect(delays.mock.calls.length).toBeGreaterThan(0);
    });

    test.runIf(process.platform === 'linux')('arrive in the kernel', async () => {
      await using quiet = await startHttpServer();
      const session = sessionOver({ socket_options: keepIdle(7200) });
      await session.get(quiet.url);
      const timer = (): string | undefined => {
        const port = quiet.port.toString(16).toUpperCase().padStart(4, '0');
        const line = readFileSync('/proc/net/tcp', 'latin1')
          .split('\n')
          .find((each) => each.trim().split(/\s+/)[2]?.endsWith(`:${port}`) === true);
        return line?.trim().split(/\s+/)[5];
      };
      // `02:` is a timer of the connection; hundredths of a second are left of two hours.
      await vi.waitFor(() => {
        const [kind, left = ''] = timer()?.split(':') ?? [];
        expect(kind).toBe('02');
        expect(Number.parseInt(left, 16)).toBeGreaterThan(100 * 3600);
      });
    });

    test.each<[options: unknown, message: RegExp]>([
      [
        [['SOL_SOCKET', 'SO_REUSEADDR', 1]],
        /no means for \['SOL_SOCKET', 'SO_REUSEADDR', 1\]\. Supported are .*TCP_NODELAY/,
      ],
      [[['IPPROTO_TCP', 'TCP_KEEPINTVL', 1]], /no means for .*TCP_KEEPINTVL/],
      [[[6, 1, 1]], /named, not numbered/],
      [['TCP_NODELAY'], /no means for 'TCP_NODELAY'/],
      [{ TCP_NODELAY: 1 }, /must be a list of \[level, option, value\]/],
      [[['IPPROTO_TCP', 'TCP_NODELAY', 2]], /TCP_NODELAY takes 0 or 1, not 2/],
      [
        [
          ['SOL_SOCKET', 'SO_KEEPALIVE', 1],
          ['IPPROTO_TCP', 'TCP_KEEPIDLE', 0.5],
        ],
        /whole seconds from 1 on, not 0\.5/,
      ],
      [[['IPPROTO_TCP', 'TCP_KEEPIDLE', 5]], /TCP_KEEPIDLE needs \['SOL_SOCKET', 'SO_KEEPALIVE', 1\]/],
    ])('%j is refused', (options, message) => {
      expect(() => new Adapter({ socket_options: options as never })).toThrow(message);
      expect(() => new urllib3.PoolManager({ socket_options: options as never })).toThrow(message);
    });
  });

  describe('source_address', () => {
    test('is where connections come from, through a proxy, too', async () => {
      await using far = await startHttpServer((request, response) => {
        response.end(`${request.socket.remoteAddress} ${request.socket.remotePort}`);
      });
      await using tunnel = await startProxyServer();
      await using socks = await startSocksServer();
      await using tls = await startTlsServer();
      const clients: (string | undefined)[] = [];
      tunnel.server.on('connection', (client: net.Socket) => void clients.push(client.remoteAddress));
      const session = sessionOver({ source_address: ['127.0.0.3', 0] });
      expect((await session.get(far.url)).text).toMatch(/^127\.0\.0\.3 /);
      await session.get(far.url, { proxies: { http: tunnel.url } });
      await session.get(tls.url, { proxies: { https: tunnel.url }, verify: false });
      expect(new Set(clients)).toEqual(new Set(['127.0.0.3']));
      await session.get(far.url, { proxies: { http: `socks5h://127.0.0.1:${socks.port}` } });
      const text = await sessionOver({ source_address: '127.0.0.4' }).get(far.url);
      expect(text.text).toMatch(/^127\.0\.0\.4 /);
    });

    test('that is not of this machine is a failure to connect', async () => {
      const error = await failureOf(
        sessionOver({ source_address: '192.0.2.1' }).get(server.url),
        ConnectionError,
      );
      expect(error.message).toContain('Failed to establish a new connection');
      expect(error.code).toBe('EADDRNOTAVAIL');
    });

    test.each([
      ['localhost'],
      [{ host: '127.0.0.1' }],
      [['127.0.0.1', 70_000]],
      [['127.0.0.1', 0, 1]],
      [[]],
      [['127.0.0.1', '0']],
    ])('%j is refused', (source) => {
      expect(() => new Adapter({ source_address: source as never })).toThrow(
        /^source_address must be an IP address or \[address, port\], not /,
      );
    });
  });

  describe('lookup', () => {
    test('resolves names in place of the system, as dns.lookup or with one address alone', async () => {
      const asked: unknown[] = [];
      const all: net.LookupFunction = (hostname, options, callback) => {
        asked.push(hostname);
        resolve('127.0.0.1', options, callback);
      };
      const one: net.LookupFunction = (_hostname, _options, callback) => {
        callback(null, '127.0.0.1', 4);
      };
      const many: net.LookupFunction = (_hostname, _options, callback) => {
        callback(null, [{ address: '127.0.0.1', family: 4 }]);
      };
      const texts = (...[, , done]: [0, 0, (e: null, answer: string[]) => void]): void => {
        done(null, ['127.0.0.1']);
      };
      const awaits = async (...[, , done]: Parameters<net.LookupFunction>): Promise<void> => {
        await Promise.resolve();
        done(null, '127.0.0.1', 4);
      };
      const twice: net.LookupFunction = (_hostname, _options, callback) => {
        callback(null, '127.0.0.1', 4);
        callback(null, '127.0.0.1', 4);
        callback(new Error('too late'), '');
      };
      for (const lookup of [all, one, many, texts as never, awaits, twice]) {
        const response = await sessionOver({ lookup }).get(`http://app.test:${server.port}/x`);
        expect(response.json()).toMatchObject({ url: '/x' });
      }
      expect(asked).toEqual(['app.test']);
    });

    test('resolves the name of a proxy, and for SOCKS 5 that of the host', async () => {
      const asked: string[] = [];
      const lookup: net.LookupFunction = (hostname, _options, callback) => {
        asked.push(hostname);
        callback(null, '127.0.0.1', 4);
      };
      await using proxy = await startProxyServer();
      await using socks = await startSocksServer();
      await using tls = await startTlsServer();
      const session = sessionOver({ lookup });
      const at = (url: string, host: string): string => url.replace('127.0.0.1', host);
      await session.get(tls.url, { proxies: { https: at(proxy.url, 'proxy.test') }, verify: false });
      await session
        .get(`http://app.test:${server.port}/`, { proxies: { http: at(proxy.url, 'forward.test') } })
        .catch(() => undefined);
      const url = `socks5://socks.test:${socks.port}`;
      await session.get(`http://host.test:${server.port}/`, { proxies: { http: url } });
      expect(new Set(asked)).toEqual(new Set(['proxy.test', 'forward.test', 'socks.test', 'host.test']));
    });

    test.each<[title: string, lookup: (...args: never[]) => unknown, message: RegExp]>([
      [
        'that fails',
        (...[, , done]: [0, 0, (e: Error) => void]) => {
          done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }));
        },
        /Failed to resolve 'app\.test'/,
      ],
      [
        'that throws',
        () => {
          throw new Error('broken');
        },
        /broken/,
      ],
      [
        'that returns a promise',
        () => Promise.resolve({ address: '127.0.0.1', family: 4 }),
        /lookup must call back as dns\.lookup does; it returned a promise/,
      ],
      ['that rejects', () => Promise.reject(new Error('not now')), /not now/],
      [
        'that throws no error',
        () => {
          throw undefined; // eslint-disable-line @typescript-eslint/only-throw-error -- it is what is tested
        },
        /lookup failed: undefined/,
      ],
      ...[[], undefined, 'app.internal', ['127.0.0.1', null], 4].map(
        (answer): [string, (...args: never[]) => unknown, RegExp] => [
          `that calls back with ${JSON.stringify(answer)}, later`,
          (...[, , done]: [0, 0, (e: null, answer: unknown) => void]) => {
            setImmediate(done, null, answer);
          },
          /lookup must call back with an IP address or a list, got /,
        ],
      ),
    ])('%s is a ConnectionError', async (_title, lookup, message) => {
      const error = await failureOf(
        sessionOver({ lookup: lookup as never }).get(`http://app.test:${server.port}/`),
        ConnectionError,
      );
      expect(error.message).toMatch(message);
    });

    test('that never calls back ends with the timeout for connecting', async () => {
      const session = sessionOver({ lookup: () => undefined });
      const error = await failureOf(session.get('http://app.test/', { timeout: 0.05 }), ConnectTimeout);
      expect(error.message).toContain('app.test');
    });

    test('crosses to threads where it can be imported; another is refused at once', async () => {
      await using session = new FuturesSession({ executor: pool() });
      session.mount('http://app.test', new Adapter({ lookup: loopback }));
      const response = await session.get(`http://app.test:${server.port}/x`);
      expect(response.json()).toMatchObject({ url: '/x' });
      session.mount(
        'http://app.test',
        new Adapter({
          lookup: (...args) => {
            loopback(...args);
          },
        }),
      );
      await expect(session.get(`http://app.test:${server.port}/x`)).rejects.toThrow(/importable/);
    });

    test('of one adapter is not that of another', () => {
      const manager = new urllib3.PoolManager();
      const to =
        (address: string): net.LookupFunction =>
        (_hostname, _options, callback) => {
          callback(null, address, 4);
        };
      const host = { scheme: 'http', host: 'app.test', port: server.port };
      const one = manager.connection_from_host(host, { lookup: to('127.0.0.1') });
      expect(manager.connection_from_host(host, { lookup: to('127.0.0.1') })).not.toBe(one);
      manager.clear();
    });
  });

  test('keeps the settings that it was given, whatever becomes of their lists', async () => {
    const socket_options: SocketOption[] = [['IPPROTO_TCP', 'TCP_NODELAY', 1]];
    const source_address: [string, number] = ['127.0.0.1', 0];
    const session = sessionOver({ socket_options, source_address });
    socket_options.push(['none'] as never);
    source_address[0] = 'nowhere';
    expect((await session.get(server.url)).status_code).toBe(200);
  });

  test('refuses what contradicts, and what has another name here', () => {
    const refusal = (options: object): RegExp | string => {
      try {
        new Adapter(options);
        return 'taken';
      } catch (error) {
        return `${(error as Error).name}: ${(error as Error).message}`;
      }
    };
    expect(refusal({ socket_path: '/x', lookup: resolve })).toBe(
      'ValueError: lookup does not go together with socket_path',
    );
    expect(refusal({ socket_path: '/x', source_address: '127.0.0.1' })).toContain(
      'source_address does not go',
    );
    expect(refusal({ socket_path: '' })).toContain('socket_path must be the path of a UNIX socket');
    expect(refusal({ socket_options: '' })).toBe(
      'TypeError: socket_options must be a list of [level, option, value], not string',
    );
    expect(refusal({ lookup: '8.8.8.8' })).toBe(
      'TypeError: lookup must be a function as dns.lookup is, not string',
    );
    for (const name of ['agent', 'httpAgent', 'httpsAgent']) {
      expect(refusal({ [name]: {} })).toMatch(
        new RegExp(
          `^TypeError: ${Adapter.name}\\(\\) got an unexpected keyword argument '${name}': .*lookup and socket_path here`,
        ),
      );
    }
    expect(refusal({ localAddress: '127.0.0.1' })).toContain('it is called source_address');
    expect(refusal({ socketPath: '/x' })).toContain("did you mean 'socket_path'?");
    expect(refusal({ lookup: null, socket_path: null, socket_options: null, source_address: null })).toBe(
      'taken',
    );
  });
});

test('a fetch function and a dispatcher have connections of their own', async () => {
  expect(() => new HTTPAdapter({ fetch: globalThis.fetch as never, lookup: resolve })).toThrow(
    'lookup does not go together with fetch',
  );
  expect(() => new UndiciAdapter({ dispatcher: 'global', socket_path: '/x' })).toThrow(
    'socket_path belongs to the dispatcher',
  );
  const session = new Session();
  session.mount('http+unix://', new HTTPAdapter({ fetch: globalThis.fetch as never }));
  await failureOf(session.get('http+unix://%2Fx/'), NotImplementedError);
  session.mount('http+unix://', new UndiciAdapter({ dispatcher: 'global' }));
  await expect(session.get('http+unix://%2Fx/')).rejects.toThrow(/socketPath/);
  await session.close();
});
