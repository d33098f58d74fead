import { afterEach, expect, test, vi } from 'vitest';
import { AsyncPoolExecutor, FuturesSession, UndiciAdapter } from '../../../src/index.js';
import { asQueuedAt, nextMoment, variable } from '../../../src/requests/environment/environment-variables.js';
import { startHttpServer } from '../../helpers/servers/http-server.js';

const NAME = 'REQUESTS_FUTURES_TEST';
const read = (): string | undefined => variable(NAME);

afterEach(() => {
  vi.unstubAllEnvs();
});

test('1.5: a variable is as it is now', () => {
  expect(read()).toBeUndefined();
  vi.stubEnv(NAME, '1');
  expect(read()).toBe('1');
});

test('1.5: one that was set before a request was queued is seen by it', () => {
  const first = nextMoment();
  expect(asQueuedAt(first, read)).toBeUndefined();
  vi.stubEnv(NAME, '1');
  const second = nextMoment();
  expect(asQueuedAt(second, read)).toBe('1');
  expect(asQueuedAt(Infinity, read)).toBe('1');
});

test('1.5: requests that were queued together share what one of them has read', () => {
  const moments = [nextMoment(), nextMoment(), nextMoment()];
  vi.stubEnv(NAME, '1');
  expect(asQueuedAt(moments[1] as number, read)).toBe('1');
  vi.stubEnv(NAME, '2');
  expect(asQueuedAt(moments[2] as number, read)).toBe('1');
  expect(asQueuedAt(moments[0] as number, read)).toBe('1');
  expect(read()).toBe('2');
});

test('1.5: what was read is not used for longer than a second', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const moments = [nextMoment(), nextMoment()];
    vi.stubEnv(NAME, '1');
    expect(asQueuedAt(moments[0] as number, read)).toBe('1');
    vi.stubEnv(NAME, '2');
    vi.advanceTimersByTime(1_001);
    expect(asQueuedAt(moments[1] as number, read)).toBe('2');
  } finally {
    vi.useRealTimers();
  }
});

test('1.5: after preparing, variables are as they are, also when it threw', () => {
  vi.stubEnv(NAME, '1');
  const moment = nextMoment();
  expect(() =>
    asQueuedAt(moment, () => {
      read();
      throw new Error('no');
    }),
  ).toThrow('no');
  vi.stubEnv(NAME, '2');
  expect(read()).toBe('2');
});

test('1.5: a proxy that is set while others are on their way holds for the requests that are made afterwards', async () => {
  await using server = await startHttpServer();
  await using proxy = await startHttpServer();
  server.handler = (_request, response) => response.end('server');
  proxy.handler = (_request, response) => response.end('proxy');
  await using session = new FuturesSession(new AsyncPoolExecutor(2));
  session.mount('http://', new UndiciAdapter());
  const before = [session.get(server.url), session.get(server.url), session.get(server.url)];
  await before[0];
  vi.stubEnv('HTTP_PROXY', proxy.url);
  const after = session.get(server.url);
  expect(await after.then(({ text }) => text)).toBe('proxy');
  vi.stubEnv('HTTP_PROXY', '');
  expect((await session.get(server.url)).text).toBe('server');
  await Promise.all(before);
});
