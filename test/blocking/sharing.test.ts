/** The threads of a pool share the gateway of their program. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WorkerPoolExecutor } from 'requests-futures/concurrent-futures';
import {
  BrokenExecutor,
  ProcessPoolExecutor,
  requests,
  Response,
  ThreadPoolExecutor,
  time,
} from 'requests-futures/blocking';
import * as calls from './fixtures/calls.mjs';
import { FarServer, runScript } from './server.js';

let server: FarServer;

beforeAll(async () => {
  server = await FarServer.start();
});

afterAll(() => server.close());

const fixture = new URL('fixtures/calls.mjs', import.meta.url).href;

describe.each([
  ['ThreadPoolExecutor', ThreadPoolExecutor],
  ['ProcessPoolExecutor', ProcessPoolExecutor],
])('the threads of a %s', (_name, Executor) => {
  test('call at the same time, and start no thread for it', () => {
    using executor = new Executor(10);
    const url = `${server.url}/together?n=10`;
    const results = [
      ...executor.map(
        calls.get,
        Array.from({ length: 10 }, () => url),
      ),
    ];
    expect(new Set(results.map(({ threadId }) => threadId)).size).toBe(10);
    expect(results.map(({ started, text }) => `${started} ${text}`)).toEqual(Array(10).fill('0 together'));
  }, 60_000);

  test('have hooks and callbacks of their own, and may return a response', () => {
    using executor = new Executor(2);
    const hooked = executor.submit(calls.getWithHook, `${server.url}/echo`);
    const whole = executor.submit(calls.getWhole, `${server.url}/slow?ms=1&n=7`).result();
    expect(hooked.result()).toEqual(['hook 200 200', 'done 200']);
    expect(whole).toBeInstanceOf(Response);
    expect(whole.text).toBe('slow 7');
  }, 60_000);

  test('end with their gateway: their calls are broken, and the next have a new one', () => {
    const executor = new Executor(2);
    const broken = executor.submit(calls.breakGateway, `${server.url}/echo`, 'exit');
    expect(broken.exception()).toBeInstanceOf(BrokenExecutor);
    expect(requests.get(`${server.url}/echo`).status_code).toBe(200);
    expect(executor.submit(calls.get, `${server.url}/slow?ms=1&n=8`).result().text).toBe('slow 8');
    executor.shutdown();
  }, 60_000);
});

describe('the threads of an awaited pool', () => {
  test('share one gateway, which the program starts for them, and do not keep the program alive', async () => {
    const { stdout, code } = await runScript(
      `import { WorkerPoolExecutor } from 'requests-futures';
       const { get } = await import(${JSON.stringify(fixture)});
       let started = 0;
       process.on('worker', () => { started += 1; });
       const executor = new WorkerPoolExecutor({ max_workers: 4, threads: 4 });
       const futures = [1, 2, 3, 4].map(() => executor.submit(get, BASE + '/together?n=4'));
       const results = await Promise.all(futures.map((future) => future.result()));
       console.log(new Set(results.map(({ threadId }) => threadId)).size, results.map((result) => result.started).join());
       console.log(started);`,
      { url: server.url, doors: '' },
    );
    // Four threads and the gateway. A watchdog is for a thread that waits itself.
    expect(stdout).toBe('4 0,0,0,0\n5\n');
    expect(code).toBe(0);
  }, 60_000);

  test('are told when it ends, and have a new one then', async () => {
    await using executor = new WorkerPoolExecutor({ max_workers: 2, threads: 2 });
    const other = executor.submit(calls.get, `${server.url}/never`);
    // Waits in turns: the threads come to the gateway by way of this loop.
    while (server.log().log.every(({ url }) => url !== '/never')) await sleep(10);
    const first = executor.submit(calls.breakGateway, `${server.url}/echo`, 'exit');
    await expect(first.result()).resolves.toBe('BrokenExecutor 200');
    await expect(other.exception()).resolves.toMatchObject({ name: 'BrokenExecutor' });
  }, 60_000);

  test('are told in a turn of their own loop, too', async () => {
    await using executor = new WorkerPoolExecutor({ max_workers: 1 });
    const broken = executor.submit(calls.breakInTurns, `${server.url}/never`);
    await expect(broken.result()).resolves.toBe('BrokenExecutor');
  }, 60_000);

  test('see the environment as it is', async () => {
    await using executor = new WorkerPoolExecutor({ max_workers: 1 });
    const url = 'http://example.invalid/';
    requests.get(`${server.url}/echo`);
    process.env['http_proxy'] = 'http://127.0.0.1:1';
    try {
      await expect(executor.submit(calls.get, url).exception()).resolves.toMatchObject({
        name: 'ProxyError',
      });
    } finally {
      delete process.env['http_proxy'];
    }
    await expect(executor.submit(calls.get, url).exception()).resolves.toMatchObject({
      name: 'ConnectionError',
    });
  }, 60_000);
});

test('what a thread has open in the gateway is closed when the thread has ended', () => {
  const before = server.connections();
  using executor = new ProcessPoolExecutor({ max_workers: 1, max_tasks_per_child: 1 });
  for (let n = 0; n < 3; n += 1) {
    expect(executor.submit(calls.keepConnection, `${server.url}/echo`).result()).toBe(200);
  }
  executor.shutdown();
  while (server.connections() > before) time.sleep(0.01);
  expect(server.connections()).toBe(before);
}, 60_000);
