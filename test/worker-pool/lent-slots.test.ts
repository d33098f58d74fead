/** A request in a worker thread that only waits lends its slot to others, as one in the in-thread pool does. */
import { expect, test } from 'vitest';
import { FuturesSession, HTTPAdapter, Retry, wait, WorkerPoolExecutor } from 'requests-futures';
import { AbortError } from 'requests-futures/requests';
import { startHttpServer } from '../helpers/servers/http-server.js';

const max_retries = new Retry({ total: 3, status_forcelist: [503] });

test('a request that pauses before its retry lets others go first', async () => {
  const order: string[] = [];
  await using server = await startHttpServer(({ url = '' }, response) => {
    order.push(url);
    const isFirst = order.length === 1;
    response.writeHead(isFirst ? 503 : 200, isFirst ? { 'Retry-After': '1' } : {}).end(url);
  });
  await using executor = new WorkerPoolExecutor({ max_workers: 1 });
  await using session = new FuturesSession({ executor });
  const futures = ['/a', '/b', '/c'].map((path) => session.get(server.url + path, { max_retries }));
  await wait(futures.slice(1));
  // Had it kept its slot, it would have come before both.
  expect(order.slice(0, 2)).toEqual(['/a', '/b']);
  await wait(futures);
  expect(order.toSorted()).toEqual(['/a', '/a', '/b', '/c']);
  expect(futures.map((future) => future.result_now().text)).toEqual(['/a', '/b', '/c']);
});

test('never more run than max_workers, however many come back at once', async () => {
  const seen = new Set<string>();
  await using server = await startHttpServer(({ url = '' }, response) => {
    if (!seen.has(url)) {
      seen.add(url);
      response.writeHead(503, { 'Retry-After': '1' }).end();
    } else setTimeout(() => response.end(url), 20);
  });
  await using executor = new WorkerPoolExecutor({ max_workers: 3, threads: 2 });
  await using session = new FuturesSession({ executor });
  const futures = Array.from({ length: 20 }, (_, i) => session.get(`${server.url}/${i}`, { max_retries }));
  await wait(futures);
  expect(futures.map((future) => future.result_now().text)).toEqual(futures.map((_, i) => `/${i}`));
  expect(server.maxInFlight).toBeLessThanOrEqual(3);
});

test('a wait for a connection of a full pool lends the slot', async () => {
  const arrived: string[] = [];
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  await using server = await startHttpServer(async ({ url = '' }, response) => {
    arrived.push(url);
    if (url === '/first') await opened;
    response.end();
  });
  await using other = await startHttpServer((_request, response) => {
    response.end();
    open();
  });
  await using executor = new WorkerPoolExecutor({ max_workers: 2, threads: 1 });
  await using session = new FuturesSession({ executor });
  session.mount('http://', new HTTPAdapter({ pool_maxsize: 1, pool_block: true }));
  // The second waits for the connection of the first, which ends only once the third has been sent.
  const futures = [`${server.url}/first`, `${server.url}/second`, other.url].map((url) => session.get(url));
  await wait(futures);
  expect(futures.map((future) => future.result_now().status_code)).toEqual([200, 200, 200]);
  expect(arrived).toEqual(['/first', '/second']);
});

test('an abort ends the pause; shutdown() waits for what pauses, and the pool goes on otherwise', async () => {
  await using server = await startHttpServer(({ url }, response) => {
    if (url === '/later') response.writeHead(503, { 'Retry-After': '3600' });
    response.end();
  });
  const executor = new WorkerPoolExecutor({ max_workers: 1 });
  await using session = new FuturesSession({ executor });
  const paused = session.get(`${server.url}/later`, { max_retries });
  expect((await session.get(server.url)).status_code).toBe(200);
  expect([paused.running(), executor.running]).toEqual([true, 0]);
  let isShut = false;
  const shut = executor.shutdown().then(() => {
    isShut = true;
  });
  await new Promise(setImmediate);
  expect([paused.running(), isShut]).toEqual([true, false]);
  paused.abort();
  await expect(paused).rejects.toBeInstanceOf(AbortError);
  await shut;
});

test('when its thread ends, a call that pauses fails, and no slot is lost', async () => {
  await using server = await startHttpServer(({ url }, response) => {
    if (url === '/later') response.writeHead(503, { 'Retry-After': '3600' });
    response.end();
  });
  await using executor = new WorkerPoolExecutor({ max_workers: 1 });
  await using session = new FuturesSession({ executor });
  const paused = session.get(`${server.url}/later`, { max_retries });
  await session.get(server.url);
  executor.kill_workers();
  await expect(paused).rejects.toMatchObject({ name: 'BrokenProcessPool' });
  await executor.idle();
  expect(executor.running).toBe(0);
});
