/** The ports of docs/porting/examples.md, each against a server of this machine. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type LocalServer, serve } from '../../examples/lib/local-server.js';
import { routes } from '../../examples/lib/routes.js';
import { download_all } from '../../examples/ports/bulk-downloader.js';
import { CachedClient } from '../../examples/ports/cache-poller.js';
import { collect } from '../../examples/ports/callback-pipeline.js';
import { poll } from '../../examples/ports/device-poller.js';
import { fetch_invoices } from '../../examples/ports/form-login.js';
import { check } from '../../examples/ports/health-checker.js';
import { tail } from '../../examples/ports/log-tail.js';
import { upload } from '../../examples/ports/multipart-upload.js';
import { all_issues } from '../../examples/ports/paginated-api.js';
import { run } from '../../examples/ports/progress-dashboard.js';
import { crawl } from '../../examples/ports/rate-limited-crawler.js';
import { deliver } from '../../examples/ports/webhook-sender.js';
import * as servers from '../helpers/servers/port-servers.js';

const cleanups: (() => PromiseLike<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function start(table: Parameters<typeof routes>[0]): Promise<LocalServer> {
  const server = await serve(routes(table));
  cleanups.push(() => server[Symbol.asyncDispose]());
  return server;
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'ports-'));
  cleanups.push(() => rm(directory, { recursive: true }));
  return directory;
}

test('the bulk downloader writes each file and reports those that fail', async () => {
  const server = await start(servers.files());
  const directory = await temporaryDirectory();
  const names = ['a.bin', 'b.bin', 'missing.bin', 'c.bin', 'd.bin', 'e.bin'];
  const { total, failed } = await download_all(
    names.map((name) => `${server.url}/files/${name}`),
    directory,
    2,
  );
  expect(total).toBe(5 * 200_000);
  expect([...failed]).toEqual([
    [
      `${server.url}/files/missing.bin`,
      `404 Client Error: Not Found for url: ${server.url}/files/missing.bin`,
    ],
  ]);
  expect(await readFile(path.join(directory, 'c.bin'))).toEqual(Buffer.alloc(200_000, '/files/c.bin'));
  expect(server.mostAtOnce).toBeLessThanOrEqual(2);
});

test('the paginated client follows the next links, with the query given once', async () => {
  const log: string[] = [];
  const server = await start(servers.issues(log));
  const ids = [];
  for await (const issue of all_issues(server.url, 'secret')) ids.push(issue.id);
  expect(ids).toEqual([11, 12, 21, 22, 31, 32]);
  const query = '?state=open&label=bug&label=help+wanted&per_page=100';
  expect(log).toEqual(['', '&page=2', '&page=3'].map((page) => `${query}${page} Bearer secret`));
  expect(server.connections).toBe(1);
});

test('the paginated client reads no page before it is needed', async () => {
  const log: string[] = [];
  const server = await start(servers.issues(log));
  for await (const issue of all_issues(server.url, 'secret')) if (issue.id === 12) break;
  expect(log).toHaveLength(1);
});

test('the health checker tells up, failing, timeout and down apart', async () => {
  const log: string[] = [];
  const server = await start(servers.services(log));
  const urls = ['/fine', '/moved', '/broken', '/silent'].map((name) => server.url + name);
  const report = await check([...urls, 'http://127.0.0.1:1/']);
  expect(Object.values(report)).toEqual([
    expect.stringMatching(/^up \(\d+ ms\)$/),
    expect.stringMatching(/^up \(\d+ ms\)$/),
    'failing (503)',
    'timeout',
    'down',
  ]);
  expect(log.sort()).toEqual(['HEAD /broken', 'HEAD /fine', 'HEAD /fine', 'HEAD /moved', 'HEAD /silent']);
});

test('the login keeps its cookies, sends the form and logs out', async () => {
  const log: string[] = [];
  const server = await start(servers.shop(log));
  expect(await fetch_invoices(server.url, 'ada', 'right')).toEqual(['a.pdf', 'b.pdf']);
  expect(log).toEqual([
    'user=ada&password=right&csrf=t0ken visit=1 invoice-robot/1.0',
    'invoices visit=1; sid=1',
    'logout csrf=t0ken',
  ]);
  await expect(fetch_invoices(server.url, 'ada', 'wrong')).rejects.toThrow('login refused');
});

test('the uploader sends fields and files as multipart, with Basic credentials', async () => {
  const log: string[] = [];
  const server = await start(servers.photos(log));
  const directory = await temporaryDirectory();
  const paths = [];
  for (const name of ['one.jpg', 'two.jpg', 'three.jpg', 'four.jpg']) {
    paths.push(path.join(directory, name));
    await writeFile(path.join(directory, name), `content of ${name}`);
  }
  const ids = await upload(`${server.url}/photos`, paths, 'summer');
  expect(ids.sort()).toEqual(['four.jpg', 'one.jpg', 'three.jpg', 'two.jpg']);
  expect(log.find((line) => line.includes('one.jpg'))).toBe(
    `Basic ${Buffer.from('uploader:s3cret').toString('base64')} | name="album": summer | name="tags": holiday | ` +
      'name="tags": 2024 | name="photo"; filename="one.jpg" Content-Type: image/jpeg: content of one.jpg',
  );
  expect(server.mostAtOnce).toBeLessThanOrEqual(3);
});

test('the webhook sender tries again, signs each attempt, and tells what could not be delivered', async () => {
  const log: string[] = [];
  const server = await start(servers.webhooks(log, 'key'));
  const events = ['order.new', 'order.paid', 'order.odd', 'order.lost'].map((type) => ({ type, id: 7 }));
  const undelivered = await deliver(`${server.url}/hook`, events, 'key');
  expect(undelivered).toEqual([
    { type: 'order.odd', id: 7 },
    { type: 'order.lost', id: 7 },
  ]);
  expect(log).toEqual([
    'order.new 204 signed',
    'order.paid 503 signed',
    'order.paid 503 signed',
    'order.paid 204 signed',
    'order.odd 400 signed',
    ...Array.from({ length: 5 }, () => 'order.lost 503 signed'),
  ]);
});

test('the crawler stays on the site, visits each page once, stops at the limit and keeps its distance', async () => {
  const log: number[] = [];
  const server = await start(servers.site(log));
  const pages = await crawl(`${server.url}/`, 100);
  const visited = [...pages].map(([url, status]) => [url.replace(server.url, ''), status]);
  expect(visited.sort()).toEqual([
    ['/', 200],
    ['/a', 200],
    ['/b', 200],
    ['/c', 200],
    ['/d', 200],
    ['/e', 200],
    ['/missing', 404],
  ]);
  expect(log).toHaveLength(7);
  // Fifty a second: seven requests take at least six fiftieths. A timer may be a millisecond early.
  expect(Number(log.at(-1)) - Number(log[0])).toBeGreaterThan(0.1);
  expect((await crawl(`${server.url}/`, 3)).size).toBe(3);
});

test('the device poller answers digest challenges and reports the devices that cannot be read', async () => {
  const log: string[] = [];
  const warm = await start(servers.device(log, 21.5));
  const cold = await start(servers.device([], -3));
  const readings = await poll([warm.url, cold.url, 'http://127.0.0.1:1'], 'root', 'toor');
  expect(readings.map(({ temperature }) => temperature)).toEqual([21.5, -3, null]);
  expect(readings[2]?.error).toMatch(/Connection refused/);
  expect(log).toEqual(['challenged', 'let in']);
  const [refused] = await poll([warm.url], 'root', 'wrong');
  expect(refused).toEqual({ host: warm.url, temperature: null, error: 'wrong password' });
});

test('the log tail gives lines as they come, whole however they are cut, and lets go when it is left', async () => {
  const log: string[] = [];
  const server = await start(servers.logs(log));
  const messages = [];
  for await (const { message } of tail(`${server.url}/logs`, 'error')) {
    messages.push(message);
    // The server would go on waiting for ever.
    if (messages.length === 2) break;
  }
  expect(messages).toEqual(['disk full: C:\\', 'größer']);
  await expect.poll(() => log).toEqual(['?follow=True', 'closed']);
});

test('the cache poller asks conditionally and knows what is news', async () => {
  const log: string[] = [];
  const current = { version: 1 };
  const server = await start(servers.documents(log, current));
  const client = new CachedClient();
  const url = `${server.url}/document`;
  expect(await client.get(url)).toEqual([{ version: 1 }, true]);
  expect(await client.get(url)).toEqual([{ version: 1 }, false]);
  current.version = 2;
  expect(await client.get(url)).toEqual([{ version: 2 }, true]);
  expect(await client.get(url)).toEqual([{ version: 2 }, false]);
  const since = 'Wed, 01 Jan 2025 00:00:00 GMT';
  expect(log).toEqual(['unconditional whenever', `"v1" ${since}`, `"v1" ${since}`, `"v2" ${since}`]);
  expect(server.connections).toBe(1);
  await client.session.close();
});

test('the dashboard counts outcomes as they come, and a deadline stops what is under way', async () => {
  const server = await start(servers.services([]));
  const lines: string[] = [];
  const urls = ['/fine', '/broken', '/fine', 'x'].map((name) => (name === 'x' ? 'x' : server.url + name));
  expect(await run(urls, (line) => lines.push(line), 20)).toBe(4);
  expect(lines).toHaveLength(4);
  const [, bar, counts] = /^\[(.*)\] 4\/4 (.*)$/.exec(lines.at(-1) ?? '') ?? [];
  expect(bar).toBe('#'.repeat(20));
  expect(JSON.parse(counts ?? '')).toEqual({ 200: 2, 503: 1, MissingSchema: 1 });

  lines.length = 0;
  expect(await run([`${server.url}/silent`, `${server.url}/fine`], (line) => lines.push(line), 0.3)).toBe(1);
  expect(lines.at(-1)).toBe('deadline: 1 (of 2) futures unfinished');
});

test('the pipeline sends the second request from the callback of the first, and collects errors', async () => {
  const server = await start(servers.orders());
  const errors: string[] = [];
  const rows = await collect(server.url, [1, 2, 3, 4], errors);
  expect(rows.sort((a, b) => a.order - b.order)).toEqual([
    { order: 1, customer: 'Ada' },
    { order: 2, customer: 'Bob' },
    { order: 4, customer: 'Bob' },
  ]);
  expect(errors).toEqual([
    `HTTPError: 500 Server Error: Internal Server Error for url: ${server.url}/orders/3`,
  ]);
});
