import { hasSubscribers } from 'node:diagnostics_channel';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import {
  AsyncPoolExecutor,
  FuturesSession,
  HARRecorder,
  HTTPAdapter,
  REQUEST_CHANNEL,
  Retry,
  Session,
  wait,
  WorkerPoolExecutor,
} from 'requests-futures';
import type { HAR, HAREntry } from 'requests-futures/requests';
import { testAuthority } from '../helpers/servers/certificates.js';
import { type Handler, refusedPort, startHttpServer } from '../helpers/servers/http-server.js';
import { failureOf } from '../helpers/failures.js';
import { startTlsServer } from '../helpers/servers/tls-server.js';
import { harProblems } from '../helpers/har-schema.js';
import { Watch } from '../helpers/watch.js';

const directory = mkdtempSync(path.join(tmpdir(), 'requests-har-'));
const bundle = path.join(directory, 'ca.pem');
writeFileSync(bundle, testAuthority().cert);
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const answer: Handler = (_request, response) => response.end('hello');

/** The entries of an archive that must be valid. */
function entriesOf(recorder: HARRecorder): HAREntry[] {
  const har = JSON.parse(JSON.stringify(recorder)) as HAR;
  expect(harProblems(har)).toEqual([]);
  return har.log.entries;
}

function only(recorder: HARRecorder): HAREntry {
  const entries = entriesOf(recorder);
  expect(entries).toHaveLength(1);
  return entries[0] as HAREntry;
}

describe('an entry', () => {
  test('says what was asked, what was answered, and over which connection', async () => {
    await using server = await startHttpServer((_request, response) => {
      response.setHeader('Content-Type', 'text/plain');
      response.setHeader('Set-Cookie', 'sid=secret; Path=/');
      response.end('hello');
    });
    using recorder = new HARRecorder().start();
    await using session = new Session();
    const began = Date.now();
    await session.post(`${server.url}/a?b=c&b=d%20e#part`, { data: '12345678', cookies: { x: 'secret' } });
    const entry = only(recorder);
    expect(entry).toMatchObject({
      request: {
        method: 'POST',
        url: `${server.url}/a?b=c&b=d%20e`,
        httpVersion: 'HTTP/1.1',
        cookies: [{ name: 'x', value: '***' }],
        queryString: [
          { name: 'b', value: 'c' },
          { name: 'b', value: 'd e' },
        ],
        bodySize: 8,
      },
      response: {
        status: 200,
        statusText: 'OK',
        httpVersion: 'HTTP/1.1',
        cookies: [{ name: 'sid', value: '***' }],
        content: { size: 5, mimeType: 'text/plain' },
        redirectURL: '',
        bodySize: 5,
      },
      serverIPAddress: '127.0.0.1',
      _reused: false,
      _hop: 0,
      _attempt: 1,
      _worker: null,
    });
    expect(entry.request.headers).toEqual(
      server.requests[0]?.lines.map(([name, value]) => ({
        name,
        value: name === 'Cookie' ? 'x=***' : value,
      })),
    );
    expect(Date.parse(entry.startedDateTime)).toBeGreaterThan(began - 1000);
    expect(Date.parse(entry.startedDateTime)).toBeLessThan(Date.now() + 1000);
    expect(entry).not.toHaveProperty('_error');
    expect(JSON.stringify(recorder)).not.toContain('secret');
  });

  test('splits the time: queue, connecting, waiting and receiving are as long as the events say', async () => {
    await using server = await startHttpServer(answer);
    using recorder = new HARRecorder().start();
    using watch = new Watch();
    await using session = new FuturesSession({ max_workers: 1 });
    await wait([session.get(server.url), session.get(server.url)]);
    const [first, second] = entriesOf(recorder);
    for (const [index, entry] of [first, second].entries()) {
      const submitted = watch.all('submitted')[index]?.time ?? NaN;
      const body = watch.all('body')[index]?.time ?? NaN;
      expect(entry?.time).toBeCloseTo((body - submitted) * 1000, 6);
      const queued = (watch.all('started')[index]?.time ?? NaN) - submitted;
      expect(entry?.timings._blocked_queueing).toBeCloseTo(queued * 1000, 6);
      expect(entry?.timings.blocked).toBeGreaterThanOrEqual(entry?.timings._blocked_queueing ?? NaN);
    }
    expect(first?.timings.connect).toBeGreaterThan(0);
    expect(second?.timings.connect).toBe(-1);
    expect(second?._reused).toBe(true);
    expect(second?.connection).toBe(first?.connection);
    expect(second?.timings._blocked_queueing).toBeGreaterThan(first?.timings.wait ?? NaN);
  });

  test('of a TLS connection has the part that TLS took', async () => {
    await using server = await startTlsServer(answer);
    using recorder = new HARRecorder().start();
    await using session = new Session();
    await session.get(server.url, { verify: bundle });
    const { timings } = only(recorder);
    expect(timings.ssl).toBeGreaterThan(0);
    expect(timings.connect).toBeGreaterThan(timings.ssl);
  });

  test('of a compressed body tells the bytes of the wire, and of none that it does not know the size', async () => {
    const zeros = gzipSync(Buffer.alloc(10_000));
    await using server = await startHttpServer((_request, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(zeros);
    });
    using recorder = new HARRecorder().start();
    await using session = new Session();
    await session.get(server.url);
    expect(only(recorder).response).toMatchObject({
      bodySize: zeros.length,
      content: { size: -1, mimeType: 'x-unknown' },
    });
  });

  test('is there once for each hop, and a redirect says where to', async () => {
    await using server = await startHttpServer(({ url }, response) => {
      if (url === '/a') response.writeHead(301, { Location: '/b' });
      response.end();
    });
    using recorder = new HARRecorder().start();
    await using session = new FuturesSession({ max_workers: 1 });
    await session.get(`${server.url}/a`);
    const [first, second] = entriesOf(recorder);
    expect(first).toMatchObject({ _hop: 0, response: { status: 301, redirectURL: '/b' } });
    expect(second).toMatchObject({
      _hop: 1,
      request: { url: `${server.url}/b` },
      response: { redirectURL: '' },
    });
    expect(second?._id).toBe(first?._id);
    const endOfFirst = Date.parse(first?.startedDateTime ?? '') + (first?.time ?? NaN);
    expect(Date.parse(second?.startedDateTime ?? '')).toBeGreaterThanOrEqual(Math.floor(endOfFirst) - 1);
  });

  test('is there once for each attempt', async () => {
    let left = 1;
    await using server = await startHttpServer((_request, response) => {
      response.writeHead((left -= 1) >= 0 ? 503 : 200).end();
    });
    using recorder = new HARRecorder().start();
    await using session = new Session();
    session.mount(
      'http://',
      new HTTPAdapter({ max_retries: new Retry({ total: 1, status_forcelist: [503] }) }),
    );
    await session.get(server.url);
    const entries = entriesOf(recorder);
    expect(entries.map(({ _attempt, response }) => [_attempt, response.status])).toEqual([
      [1, 503],
      [2, 200],
    ]);
  });

  test('of an attempt that failed has status 0 and the error', async () => {
    const port = await refusedPort();
    using recorder = new HARRecorder().start();
    await using session = new Session();
    session.mount('http://', new HTTPAdapter({ max_retries: 1 }));
    await failureOf(session.get(`http://127.0.0.1:${port}/`));
    const entries = entriesOf(recorder);
    expect(entries).toHaveLength(2);
    for (const entry of entries) {
      expect(entry.response.status).toBe(0);
      expect(entry._error).toMatch(/^NewConnectionError: .*Connection refused/);
      expect(entry.timings.connect).toBeGreaterThan(0);
    }
  });

  test('of a request that was never sent says why', async () => {
    await using server = await startHttpServer(answer);
    using recorder = new HARRecorder().start();
    await using session = new FuturesSession({ max_workers: 1 });
    const first = session.get(`${server.url}/1`);
    session.get(`${server.url}/2`).cancel();
    await first;
    await failureOf(session.get('http://'));
    // Not held to the standard: what the caller gave for a URL is none.
    const { entries } = recorder.har.log;
    expect(entries.map(({ response, _attempt, _error }) => [response.status, _attempt, _error])).toEqual([
      [200, 1, undefined],
      [0, 0, 'cancelled'],
      [0, 0, expect.stringMatching(/^InvalidURL: /)],
    ]);
  });

  test('names the worker, in threads too', async () => {
    await using server = await startHttpServer(answer);
    for (const executor of [
      new AsyncPoolExecutor({ max_workers: 1, thread_name_prefix: 'lane' }),
      new WorkerPoolExecutor({ max_workers: 1, thread_name_prefix: 'lane' }),
    ]) {
      using recorder = new HARRecorder().start();
      const session = new FuturesSession(executor);
      await session.get(server.url);
      expect(only(recorder)).toMatchObject({ _worker: 'lane_0', response: { status: 200 } });
      await session.close();
      await executor.shutdown();
    }
  });
});

describe('the recorder', () => {
  test('subscribes from start to stop, and only then', async () => {
    await using server = await startHttpServer(answer);
    await using session = new Session();
    const recorder = new HARRecorder();
    expect(hasSubscribers(REQUEST_CHANNEL)).toBe(false);
    await session.get(server.url);
    recorder.start().start();
    expect(hasSubscribers(REQUEST_CHANNEL)).toBe(true);
    await session.get(server.url);
    recorder.stop();
    expect(hasSubscribers(REQUEST_CHANNEL)).toBe(false);
    await session.get(server.url);
    expect(recorder.har.log.entries).toHaveLength(1);
    recorder.start();
    await session.get(server.url);
    recorder[Symbol.dispose]();
    expect(hasSubscribers(REQUEST_CHANNEL)).toBe(false);
    expect(recorder.har.log.entries).toHaveLength(2);
    recorder.clear();
    expect(recorder.har.log.entries).toEqual([]);
  });

  test('shows a stream once its headers are there, and its whole time when it has been read', async () => {
    await using server = await startHttpServer((_request, response) => response.end('x'.repeat(200_000)));
    using recorder = new HARRecorder().start();
    await using session = new Session();
    const pending = session.get(server.url, { stream: true });
    expect(entriesOf(recorder)).toEqual([]);
    const response = await pending;
    expect(only(recorder)).toMatchObject({
      timings: { receive: 0 },
      response: { status: 200, bodySize: -1 },
    });
    await response.read();
    expect(only(recorder)).toMatchObject({ response: { bodySize: 200_000 } });
    expect(only(recorder).timings.receive).toBeGreaterThan(0);
  });

  test('sorts the entries by their start and writes them to a file', async () => {
    await using server = await startHttpServer(answer);
    using recorder = new HARRecorder().start();
    await using session = new FuturesSession({ max_workers: 4 });
    await wait(Array.from({ length: 12 }, (_, i) => session.get(`${server.url}/${i}`)));
    const file = path.join(directory, 'session.har');
    await recorder.save(file);
    const har = JSON.parse(readFileSync(file, 'utf8')) as HAR;
    expect(har).toEqual(recorder.har);
    expect(harProblems(har)).toEqual([]);
    expect(har.log.creator.name).toBe('requests-futures');
    const starts = har.log.entries.map(({ startedDateTime }) => startedDateTime);
    expect(starts).toHaveLength(12);
    expect(starts).toEqual(starts.toSorted());
  });

  test('the check of archives finds what is wrong', async () => {
    await using server = await startHttpServer(answer);
    using recorder = new HARRecorder().start();
    await using session = new Session();
    await session.get(server.url);
    const { har } = recorder;
    const [entry] = har.log.entries as [HAREntry];
    const broken = (changes: object): unknown => ({
      log: { ...har.log, entries: [{ ...entry, ...changes }] },
    });
    expect(harProblems(har)).toEqual([]);
    expect(harProblems({ log: {} })).toHaveLength(3);
    expect(harProblems(broken({ time: entry.time + 1 }))).toHaveLength(1);
    expect(harProblems(broken({ startedDateTime: 'yesterday' }))).toHaveLength(1);
    expect(harProblems(broken({ hop: 1 }))).toEqual(['har.log.entries[0].hop: not in the standard']);
    expect(harProblems(broken({ timings: { ...entry.timings, wait: -1 } }))).toHaveLength(1);
  });
});
