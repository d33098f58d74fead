import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FuturesSession, HTTPAdapter, Retry, Session } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { testAuthority } from '../helpers/servers/certificates.js';
import { type Handler, refusedPort, startHttpServer } from '../helpers/servers/http-server.js';
import { startProxyServer } from '../helpers/servers/proxy-server.js';
import { startRawServer } from '../helpers/servers/raw-server.js';
import { failureOf } from '../helpers/failures.js';
import { startTlsServer } from '../helpers/servers/tls-server.js';
import { StubAdapter } from '../helpers/stub-adapter.js';
import { Watch } from '../helpers/watch.js';

const directory = mkdtempSync(path.join(tmpdir(), 'requests-events-'));
const bundle = path.join(directory, 'ca.pem');
writeFileSync(bundle, testAuthority().cert);
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const answer: Handler = (_request, response) => response.end('hello');

/** `/3` redirects to `/2`, that to `/1`, that to `/0`. */
const countdown: Handler = ({ url = '' }, response) => {
  const left = Number(url.slice(1));
  if (left > 0) response.writeHead(302, { Location: `/${left - 1}` });
  response.end(`at ${left}`);
};

const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

describe('connections', () => {
  test('are told apart, and whether they were used before', async () => {
    await using server = await startHttpServer(answer);
    using watch = new Watch();
    await using session = new Session();
    await session.get(server.url);
    await session.get(server.url);
    await requests.get(server.url);
    const [first, second, third] = watch.all('connected');
    expect(second?.connection).toBe(first?.connection);
    expect(third?.connection).not.toBe(first?.connection);
    expect([first?.reused, second?.reused, third?.reused]).toEqual([false, true, false]);
    expect(first).toMatchObject({ remote_address: '127.0.0.1', tls_connected: null });
    const begun = watch.all('attempt')[0]?.time ?? NaN;
    const { connect_started, tcp_connected, time } = first as NonNullable<typeof first>;
    const moments = [begun, connect_started ?? NaN, tcp_connected ?? NaN, time];
    expect(moments).toEqual(sorted(moments));
    expect(second).toMatchObject({ connect_started: null, tcp_connected: null, tls_connected: null });
  });

  test('by TLS tell when that was agreed on, after TCP', async () => {
    await using server = await startTlsServer(answer);
    using watch = new Watch();
    await using session = new Session();
    await session.get(server.url, { verify: bundle });
    await session.get(server.url, { verify: bundle });
    const [first, second] = watch.all('connected');
    const { connect_started, tcp_connected, tls_connected, time } = first as NonNullable<typeof first>;
    const moments = [connect_started ?? NaN, tcp_connected ?? NaN, tls_connected ?? NaN, time];
    expect(moments).toEqual(sorted(moments));
    expect(second).toMatchObject({ reused: true, tls_connected: null });
  });

  test('through a proxy’s tunnel are connected when the tunnel is there', async () => {
    await using server = await startTlsServer(answer);
    await using proxy = await startProxyServer();
    using watch = new Watch();
    await using session = new Session();
    await session.get(server.url, { verify: bundle, proxies: { https: proxy.url } });
    expect(watch.types()).toEqual(['started', 'attempt', 'connected', 'headers', 'body', 'settled']);
    const { connect_started, tcp_connected, tls_connected } = watch.one('connected');
    const moments = [connect_started ?? NaN, tcp_connected ?? NaN, tls_connected ?? NaN];
    expect(moments).toEqual(sorted(moments));
  });
});

describe('several requests on the wire', () => {
  test('redirects count the hops, each with its URL', async () => {
    await using server = await startHttpServer(countdown);
    using watch = new Watch();
    await using session = new FuturesSession();
    await session.get(`${server.url}/2`);
    expect(watch.types()).toEqual([
      'submitted',
      'started',
      ...['attempt', 'connected', 'headers', 'body'],
      ...['attempt', 'connected', 'headers', 'body'],
      ...['attempt', 'connected', 'headers', 'body'],
      'settled',
    ]);
    expect(watch.all('headers').map(({ hop, attempt, url, status }) => [hop, attempt, url, status])).toEqual([
      [0, 1, `${server.url}/2`, 302],
      [1, 1, `${server.url}/1`, 302],
      [2, 1, `${server.url}/0`, 200],
    ]);
    expect(new Set(watch.events.map(({ id }) => id)).size).toBe(1);
  });

  test('retries after statuses count the attempts', async () => {
    let left = 2;
    await using server = await startHttpServer((_request, response) => {
      response.writeHead((left -= 1) >= 0 ? 503 : 200).end('x');
    });
    using watch = new Watch();
    await using session = new Session();
    session.mount(
      'http://',
      new HTTPAdapter({ max_retries: new Retry({ total: 3, status_forcelist: [503] }) }),
    );
    await session.get(server.url);
    expect(watch.all('headers').map(({ hop, attempt, status }) => [hop, attempt, status])).toEqual([
      [0, 1, 503],
      [0, 2, 503],
      [0, 3, 200],
    ]);
    expect(watch.all('body')).toHaveLength(3);
    expect(watch.one('settled')).toMatchObject({ attempt: 3, outcome: 'result' });
  });

  test('failed attempts say what urllib3 calls it, the end says what the caller gets', async () => {
    const port = await refusedPort();
    using watch = new Watch();
    await using session = new Session();
    session.mount('http://', new HTTPAdapter({ max_retries: 2 }));
    await failureOf(session.get(`http://127.0.0.1:${port}/`));
    expect(watch.types()).toEqual([
      'started',
      ...['attempt', 'failed'],
      ...['attempt', 'failed'],
      ...['attempt', 'failed'],
      'settled',
    ]);
    expect(new Set(watch.all('failed').map(({ error }) => error))).toEqual(new Set(['NewConnectionError']));
    expect(watch.one('settled')).toMatchObject({ outcome: 'error', error: 'ConnectionError' });
  });

  test('a connection that the server had closed is one attempt, and the next goes over a new one', async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readRequest();
      await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      if (connection.number > 1) return;
      await connection.readRequest();
      connection.socket.destroy();
    });
    using watch = new Watch();
    await using session = new Session();
    await session.get(server.url);
    await session.get(server.url);
    const id = watch.all('started')[1]?.id;
    expect(watch.types(id)).toEqual([
      'started',
      ...['attempt', 'connected', 'failed'],
      ...['attempt', 'connected', 'headers', 'body'],
      'settled',
    ]);
    expect(watch.all('connected').map(({ reused }) => reused)).toEqual([false, true, false]);
  });

  test('the answer to a Digest challenge is another hop', async () => {
    await using server = await startHttpServer((request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { 'WWW-Authenticate': 'Digest realm="r", nonce="n", qop="auth"' });
      }
      response.end('x');
    });
    using watch = new Watch();
    await using session = new FuturesSession();
    await session.get(server.url, { auth: new requests.auth.HTTPDigestAuth('user', 'secret') });
    expect(watch.all('headers').map(({ hop, attempt, status }) => [hop, attempt, status])).toEqual([
      [0, 1, 401],
      [1, 1, 200],
    ]);
    expect(watch.all('connected')[1]?.request_headers).toContainEqual(['Authorization', 'Digest ***']);
  });

  test('a body that breaks off fails its attempt after the headers', async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readRequest();
      await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive.');
      connection.socket.destroySoon();
    });
    using watch = new Watch();
    await using session = new Session();
    await failureOf(session.get(server.url));
    expect(watch.types()).toEqual(['started', 'attempt', 'connected', 'headers', 'failed', 'settled']);
    expect(watch.one('failed').error).toBe('ChunkedEncodingError');
  });
});

describe('other adapters', () => {
  test('UndiciAdapter tells the same as HTTPAdapter', async () => {
    await using server = await startHttpServer(countdown);
    const refused = `http://127.0.0.1:${await refusedPort()}/`;
    const told = [];
    for (const adapter of [
      new HTTPAdapter({ max_retries: 1 }),
      new requests.adapters.UndiciAdapter({ max_retries: 1 }),
    ]) {
      using watch = new Watch();
      await using session = new Session();
      session.mount('http://', adapter);
      await session.post(`${server.url}/2`, { data: 'x', headers: { 'X-Y': 'z' }, auth: ['user', 'secret'] });
      await failureOf(session.get(refused));
      const first = watch.all('started')[0]?.id ?? NaN;
      const base = watch.all('connected')[0]?.connection ?? NaN;
      told.push(
        watch.events.map((event) => {
          const rest = { ...event, time: 0 };
          const numbers = { id: event.id - first };
          if (event.type === 'headers')
            return { ...rest, ...numbers, sent: event.sent !== null, response_headers: [] };
          if (event.type !== 'connected') return { ...rest, ...numbers };
          const isNew = event.connect_started !== null && event.tcp_connected !== null;
          const times = { connect_started: isNew, tcp_connected: isNew };
          return { ...rest, ...numbers, ...times, connection: event.connection - base };
        }),
      );
    }
    expect(told[1]).toEqual(told[0]);
    expect(JSON.stringify(told)).not.toContain('secret');
  });

  test('that know nothing of events have all but the connection', async () => {
    using watch = new Watch();
    await using session = new Session();
    session.mount('stub://', new StubAdapter());
    await session.get('stub://somewhere/');
    expect(watch.types()).toEqual(['started', 'attempt', 'headers', 'body', 'settled']);
    expect(watch.one('headers')).toMatchObject({ status: 201, version: null, sent: null });
    expect(watch.one('headers').response_headers).toEqual([['X-From', 'stub']]);
    expect(watch.one('body').bytes).toBe(4);
  });

  test('that fail have their failure told for them', async () => {
    using watch = new Watch();
    await using session = new Session();
    const adapter = new StubAdapter();
    adapter.send = () => Promise.reject(new TypeError('no'));
    session.mount('stub://', adapter);
    await failureOf(session.get('stub://somewhere/'));
    expect(watch.types()).toEqual(['started', 'attempt', 'failed', 'settled']);
    expect(watch.one('failed')).toMatchObject({ error: 'TypeError', message: 'no' });
  });

  test('with a fetch function of the caller’s tell of attempts, headers, bodies and failures', async () => {
    let left = 1;
    await using server = await startHttpServer((_request, response) => {
      response.writeHead((left -= 1) >= 0 ? 503 : 200).end('hello');
    });
    using watch = new Watch();
    await using session = new Session();
    const retry = new Retry({ total: 1, status_forcelist: [503] });
    session.mount('http://', new HTTPAdapter({ fetch: globalThis.fetch as never, max_retries: retry }));
    await session.get(server.url);
    expect(watch.types()).toEqual([
      'started',
      ...['attempt', 'headers', 'body'],
      ...['attempt', 'headers', 'body'],
      'settled',
    ]);
    expect(watch.all('body')[1]?.bytes).toBe(5);
    await failureOf(session.get(`http://127.0.0.1:${await refusedPort()}/`));
    expect(watch.all('failed').map(({ attempt }) => attempt)).toEqual([1, 2]);
  });
});
