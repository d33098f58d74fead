import { afterEach, expect, test, vi } from 'vitest';
import { AsyncPoolExecutor, FuturesSession, UndiciAdapter } from '../../../src/index.js';
import { startHttpServer } from '../../helpers/servers/http-server.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('1.5: a proxy that is set while requests are running applies to those made afterwards', async () => {
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
