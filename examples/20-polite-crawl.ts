/**
 * Polite crawling of many hosts: a few requests at a time to each, so many in a second, and none to one that asks to be left alone.
 *
 *     session = LimiterSession(per_second=10, limit_statuses=[429])      # requests-ratelimiter; waits in the worker
 *
 * `limits` of a FuturesSession hold for each host. What waits for its turn holds no worker, so that 8 workers serve all hosts,
 * and the one that never answers (the last bar) holds up none of them. One of the hosts answers 429 with
 * `Retry-After: 1`: it is paused for all, then one request goes first.
 *
 * The picture shows when requests were written: no second holds more than ten for a host.
 */
import { subscribe } from 'node:diagnostics_channel';
import { as_completed, FuturesSession, REQUEST_CHANNEL, type RequestEvent } from 'requests-futures';
import { serve } from './lib/local-server.js';

const perSecond = 10;
const pages = 24;

let refusals = 1;
await using fast = await serve((_request, response) => response.end('fast'));
await using busy = await serve((_request, response) => {
  if (refusals-- > 0) response.writeHead(429, { 'Retry-After': '1' });
  response.end('busy');
});
await using silent = await serve(() => undefined);
const names = new Map([
  [fast.url, 'fast'],
  [busy.url, 'busy'],
  [silent.url, 'silent'],
]);

const started = performance.now() / 1000;
const starts = new Map([...names.keys()].map((url) => [url, [] as number[]]));
subscribe(REQUEST_CHANNEL, (message) => {
  const event = message as RequestEvent;
  if (event.type === 'connected') starts.get(new URL(event.url).origin)?.push(event.time - started);
});

await using session = new FuturesSession({ limits: { per_second: perSecond, limit_per_host: 2 } });
const futures = [fast, busy].flatMap(({ url }) =>
  Array.from({ length: pages }, (_, i) => session.get(`${url}/${i}`)),
);
const stuck = Array.from({ length: pages }, (_, i) => session.get(`${silent.url}/${i}`));

let last = 0;
const crawl = as_completed(futures, {
  on_progress: ({ done, total, rate, remaining }) => {
    if (done < total && done - last < total / 4) return;
    last = done;
    console.log(
      `${done} of ${total} pages, ${rate.toFixed(0)} a second, ${(remaining ?? 0).toFixed(0)} s to go`,
    );
  },
});
await crawl.toArray();

console.log('\nEach column is 100 ms, each digit so many starts, a is ten:');
for (const [url, name] of names) {
  const columns = Array.from({ length: 36 }, () => 0);
  for (const at of starts.get(url) ?? [])
    columns[Math.floor(at * 10)] = (columns[Math.floor(at * 10)] ?? 0) + 1;
  const { queued, running } = session.limits.stats().hosts[url] ?? { queued: 0, running: 0 };
  const picture = columns.map((count) => (count === 0 ? '.' : count.toString(36))).join('');
  console.log(`${name.padEnd(7)}${picture}  ${queued} waiting, ${running} under way`);
}
for (const [url, name] of names) {
  const times = starts.get(url) ?? [];
  const most = Math.max(
    0,
    ...times.map((from) => times.filter((at) => at >= from && at < from + 0.99).length),
  );
  console.log(`${name.padEnd(7)}most starts in any second: ${most} of ${perSecond}`);
}
for (const future of stuck) future.abort();
