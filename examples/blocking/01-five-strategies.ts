/**
 * Five ways to send the same ten requests, without one await.
 *
 *     for url in urls: requests.get(url)                       # one after the other, a new connection for each
 *     for url in urls: session.get(url)                        # one after the other, the connection is kept
 *     session = FuturesSession(max_workers=2)                  # two at a time
 *     session = FuturesSession(max_workers=len(urls))          # all at once
 *     for future in as_completed(futures): future.result()     # all at once, each handled as soon as it is there
 */
import { as_completed, FuturesSession, requests, time } from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';
import { bar, table } from '../lib/table.js';

const howMany = 10;
using server = serve_elsewhere('slow');
const urls = Array.from({ length: howMany }, (_, i) => `${server.url}/item/${i}`);
const measured: { name: string; seconds: number; answered: number; connections: number }[] = [];

function measure(name: string, fetch_all: () => number[]): void {
  server.reset();
  const started = time.monotonic();
  const codes = fetch_all();
  const seconds = time.monotonic() - started;
  const answered = codes.filter((code) => code === 200).length;
  measured.push({ name, seconds, answered, connections: server.connections });
}

function with_workers(max_workers: number): number[] {
  using session = new FuturesSession({ max_workers });
  // Every `get` returns at once with a future. All requests are on their way, or queued, before the first result is read.
  const futures = urls.map((url) => session.get(url));
  return futures.map((future) => future.result().status_code);
}

measure('requests.get, one after the other', () => urls.map((url) => requests.get(url).status_code));

measure('Session, one after the other', () => {
  using session = new requests.Session();
  return urls.map((url) => session.get(url).status_code);
});

measure('FuturesSession, 2 workers', () => with_workers(2));

measure(`FuturesSession, ${howMany} workers`, () => with_workers(urls.length));

measure(`FuturesSession, ${howMany} workers, as_completed`, () => {
  using session = new FuturesSession({ max_workers: urls.length });
  const codes = [];
  // In the order of the answers: a slow one holds up no other.
  for (const future of as_completed(urls.map((url) => session.get(url)))) {
    codes.push(future.result().status_code);
  }
  return codes;
});

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
