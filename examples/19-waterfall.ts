/**
 * A picture of the five strategies: where each of their requests spends its time.
 *
 * In Python one patches urllib3 or reads its debug log to see when a request really left:
 *
 *     http.client.HTTPConnection.debuglevel = 1; logging.getLogger('urllib3').setLevel(logging.DEBUG)
 *
 * Here every step of every request is published on a channel of `node:diagnostics_channel`, for whoever subscribes; when
 * nobody does, it costs nothing. docs/diagnostics.md names the events. `./lib/request-log.ts` subscribes and keeps the
 * times, `./lib/waterfall-page.ts` draws them. The HARRecorder does the first half for you, and writes a file that the
 * network panel of any browser opens.
 *
 * Writes examples/output/waterfall.html and waterfall.har. Other numbers: npm run example 19 -- REQUESTS SECONDS
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { as_completed, FuturesSession, HARRecorder } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { answerUnevenly, serve } from './lib/local-server.js';
import { type LoggedRequest, logRequests } from './lib/request-log.js';
import { table } from './lib/table.js';
import { type Strategy, waterfallPage } from './lib/waterfall-page.js';

const [howMany = 10, seconds = 0.1] = process.argv.slice(2).map(Number);

/** Sends the requests, and calls `handle` whenever it could work with an answer. */
type Run = (urls: readonly string[], handle: (url: string) => void) => Promise<void>;

const workers = Math.min(10, howMany);

const strategies: readonly (readonly [name: string, note: string, run: Run])[] = [
  [
    'requests.get, one after the other',
    'Each request opens a connection of its own, and begins when the one before has been handled.',
    async (urls, handle) => {
      for (const url of urls) handle((await requests.get(url)).url);
    },
  ],
  [
    'Session, one after the other',
    'The connection is kept. That saves a handshake for each request, but they still wait for each other.',
    async (urls, handle) => {
      await using session = new requests.Session();
      for (const url of urls) handle((await session.get(url)).url);
    },
  ],
  [
    'FuturesSession, 2 workers',
    'All requests are submitted at once and queue for two workers, each with a connection that it keeps.',
    inOrder(2),
  ],
  [
    `FuturesSession, ${workers} workers`,
    'They wait side by side. The program asks for the answers in order, so that fast ones lie there until it comes to them.',
    inOrder(workers),
  ],
  [
    `FuturesSession, ${workers} workers, as_completed`,
    'The same requests; each answer is handled when it is there.',
    async (urls, handle) => {
      await using session = new FuturesSession({ max_workers: workers });
      for await (const future of as_completed(urls.map((url) => session.get(url)))) {
        handle((await future.result()).url);
      }
    },
  ],
];

function inOrder(max_workers: number): Run {
  return async (urls, handle) => {
    await using session = new FuturesSession({ max_workers });
    const futures = urls.map((url) => session.get(url));
    for (const future of futures) handle((await future.result()).url);
  };
}

await using server = await serve(answerUnevenly(seconds));
const urls = Array.from({ length: howMany }, (_, i) => `${server.url}/item/${i}`);

// The first request of a program also pays for what is loaded at first use.
await requests.get(server.url);

using recorder = new HARRecorder().start();
const measured: Strategy[] = [];
for (const [name, note, run] of strategies) {
  const handled = new Map<string, number>();
  const began = performance.now() / 1000;
  const log: LoggedRequest[] = await logRequests(async () => {
    await run(urls, (url) => handled.set(url, performance.now() / 1000));
  });
  const rows = log.map((request) => ({ ...request, handled: handled.get(request.url) ?? null }));
  measured.push({ name, note, began, requests: rows });
}

const output = new URL('./output/', import.meta.url);
mkdirSync(output, { recursive: true });
const page = new URL('waterfall.html', output);
const title = `${howMany} requests to a server that takes about ${seconds} s for each`;
writeFileSync(page, waterfallPage(measured, title));
await recorder.save(new URL('waterfall.har', output));

const mean = (numbers: readonly number[]): string =>
  ((numbers.reduce((sum, number) => sum + number, 0) / numbers.length) * 1000).toFixed(1);
console.log(`${howMany} requests each; the milliseconds are those of a request on average\n`);
console.log(
  table(
    ['strategy', 'connections', 'queued', 'connecting', 'waiting', 'receiving'],
    measured.map(({ name, requests: rows }) => [
      name,
      new Set(rows.map(({ connection }) => connection)).size,
      mean(rows.map(({ submitted, started }) => started - submitted)),
      mean(rows.map(({ started, connected }) => connected - started)),
      mean(rows.map(({ connected, answered }) => answered - connected)),
      mean(rows.map(({ answered, ended }) => ended - answered)),
    ]),
  ),
);
console.log(`\nAs a picture: ${fileURLToPath(page)}`);
const { entries } = recorder.har.log;
console.log(`For the network panel of a browser: ${entries.length} requests in waterfall.har`);
