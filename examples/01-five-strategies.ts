/**
 * Five ways to send the same ten requests, and what each costs.
 *
 * Each request takes 100 ms on the server, so waiting for each answer before the next request takes a second in all.
 * In Python this is the table that makes people install requests-futures:
 *
 *     for url in urls: requests.get(url)                       # one after the other, a new connection for each
 *     for url in urls: session.get(url)                        # one after the other, the connection is kept
 *     session = FuturesSession(max_workers=2)                  # two at a time
 *     session = FuturesSession(max_workers=len(urls))          # all at once
 *     for future in as_completed(futures): future.result()     # all at once, each handled as soon as it is there
 *
 * With URLs as arguments it fetches those instead: see `--help`.
 */
import { as_completed, FuturesSession } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { fetchUrls } from './lib/fetch-urls.js';
import { answerAfter, serve } from './lib/local-server.js';
import { bar, table } from './lib/table.js';

const howMany = 10;

/** Each strategy gives the status codes in the order in which it got them. */
const strategies: readonly (readonly [name: string, run: (urls: string[]) => Promise<(number | null)[]>])[] =
  [
    [
      'requests.get, one after the other',
      async (urls) => {
        const codes = [];
        for (const url of urls) codes.push((await requests.get(url)).status_code);
        return codes;
      },
    ],
    [
      'Session, one after the other',
      async (urls) => {
        await using session = new requests.Session();
        const codes = [];
        for (const url of urls) codes.push((await session.get(url)).status_code);
        return codes;
      },
    ],
    ['FuturesSession, 2 workers', (urls) => withWorkers(2, urls)],
    [`FuturesSession, ${howMany} workers`, (urls) => withWorkers(urls.length, urls)],
    [
      `FuturesSession, ${howMany} workers, as_completed`,
      async (urls) => {
        await using session = new FuturesSession({ max_workers: urls.length });
        const futures = urls.map((url) => session.get(url));
        const codes = [];
        // The order is that of the answers: none waits for a slower one.
        for await (const future of as_completed(futures)) codes.push((await future.result()).status_code);
        return codes;
      },
    ],
  ];

async function withWorkers(maxWorkers: number, urls: string[]): Promise<(number | null)[]> {
  await using session = new FuturesSession({ max_workers: maxWorkers });
  // Every `get` returns at once with a future. All requests are on their way, or queued, before the first is awaited.
  const futures = urls.map((url) => session.get(url));
  const codes = [];
  for (const future of futures) codes.push((await future.result()).status_code);
  return codes;
}

async function compare(): Promise<void> {
  await using server = await serve(answerAfter(0.1));
  const urls = Array.from({ length: howMany }, (_, i) => `${server.url}/item/${i}`);
  const measured = [];
  for (const [name, run] of strategies) {
    server.reset();
    const started = performance.now();
    const codes = await run(urls);
    const seconds = (performance.now() - started) / 1000;
    const answered = codes.filter((code) => code === 200).length;
    measured.push({ name, seconds, answered, connections: server.connections });
  }

  const slowest = Math.max(...measured.map(({ seconds }) => seconds));
  console.log(`${howMany} requests to a server that takes 100 ms for each\n`);
  console.log(
    table(
      ['strategy', 'answers', 'connections', 'seconds', ''],
      measured.map((m) => [m.name, m.answered, m.connections, m.seconds.toFixed(2), bar(m.seconds, slowest)]),
    ),
  );
  console.log(
    '\nA connection that is kept saves a handshake; requests that wait side by side save everything else.',
  );
}

const args = process.argv.slice(2);
if (args.length === 0) await compare();
else process.exitCode = await fetchUrls(args);
