/**
 * Pipelining: several requests on the wire of one connection, each sent before the one ahead of it is answered.
 *
 *     session.mount('https://', HTTPAdapter(pool_maxsize=2, pool_block=True))   # requests: one request per connection at a time
 *
 * A connection of HTTP/1.1 is idle between a request and its answer. `UndiciAdapter` with `pipelining` uses that time, which
 * Python's requests cannot do. It is mounted with one line, and all else stays as it was.
 *
 * - **It pays** where the way is long and connections are few: a far server, a device or an API that admits only so many.
 * - **It does not pay** where an answer may be slow. HTTP/1.1 answers in the order of the requests, so those behind a slow one
 *   wait for it, though they have long been ready. More connections are the remedy.
 * - **It is not for everything**: what may not be sent twice (POST, PATCH) and bodies that are streamed have a connection to
 *   themselves, as nobody knows after a broken connection how far the server had come.
 */
import type { Socket } from 'node:net';
import { FuturesSession, UndiciAdapter } from 'requests-futures';
import { serve } from './lib/local-server.js';
import { pause, routes } from './lib/routes.js';
import { table } from './lib/table.js';

const requests = 40;

/** Requests that a connection brought before it had its first answer. */
const early = new Map<Socket, number>();
const answered = new WeakSet<Socket>();
const listener = routes({
  // A way of 25 ms there and 25 ms back, which requests on one connection go side by side.
  '/far/*': async () => {
    await pause(0.05);
    return { ok: true };
  },
  // Ready at once, but for the first.
  '/uneven/*': async ({ url }) => {
    if (url.pathname === '/uneven/0') await pause(0.3);
    return { ok: true };
  },
});
await using server = await serve((request, response) => {
  const { socket } = request;
  if (!answered.has(socket)) early.set(socket, (early.get(socket) ?? 0) + 1);
  response.once('finish', () => answered.add(socket));
  listener(request, response);
});

interface Case {
  readonly name: string;
  readonly path: string;
  readonly pipelining: number;
  readonly connections: number;
  readonly method?: 'GET' | 'POST';
}

/** Forty requests at once: how long they take, and how many of them have overtaken the first. */
async function measure({ name, path, pipelining, connections, method = 'GET' }: Case) {
  server.reset();
  early.clear();
  await using session = new FuturesSession({ max_workers: requests });
  session.mount('http://', new UndiciAdapter({ connections, pipelining }));
  const start = performance.now();
  const futures = Array.from({ length: requests }, (_, i) =>
    session.request(method, `${server.url}${path}/${i}`),
  );
  let overtaking = 0;
  futures[0]?.add_done_callback(() => (overtaking = futures.filter((future) => future.done()).length - 1));
  for (const response of await Promise.all(futures)) response.raise_for_status();
  const seconds = (performance.now() - start) / 1000;
  const ahead = Math.max(...early.values());
  return { name, requests: server.requests, connections: server.connections, ahead, overtaking, seconds };
}

const cases: Case[] = [
  // Far away, and the server admits two connections: where it pays.
  { name: 'far, one at a time', path: '/far', pipelining: 1, connections: 2 },
  { name: 'far, pipelining: 10', path: '/far', pipelining: 10, connections: 2 },
  // One answer of 0.3 s: the nineteen behind it wait as long. Those of the other connection do not.
  { name: 'one is slow, pipelining: 20', path: '/uneven', pipelining: 20, connections: 2 },
  { name: 'one is slow, one at a time', path: '/uneven', pipelining: 1, connections: 2 },
  // POST is never sent behind another request, whatever the adapter was told.
  { name: 'POST, pipelining: 10', path: '/far', pipelining: 10, connections: 2, method: 'POST' },
];
const outcomes = [];
for (const each of cases) outcomes.push(await measure(each));
const longest = Math.max(...outcomes.map(({ seconds }) => seconds));
console.log(
  table(
    ['40 at once', 'requests', 'connections', 'before 1st answer', 'time'],
    outcomes.map(({ name, requests, connections, ahead, seconds }) => [
      name,
      requests,
      connections,
      ahead,
      `${(seconds / longest).toFixed(2)} x`,
    ]),
  ),
);
console.log();
for (const { name, overtaking } of outcomes.filter(({ name }) => name.startsWith('one is slow'))) {
  console.log(`${name}: ${overtaking} answers were there before the slow one`);
}
