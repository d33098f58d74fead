/**
 * Beside asyncio: the same crawl as aiohttp's users write it, with plain promises, and with futures.
 *
 *     async with aiohttp.ClientSession() as session:                # asyncio
 *         tasks = [fetch(session, url) for url in urls]
 *         results = await asyncio.gather(*tasks, return_exceptions=True)
 *
 *     semaphore = asyncio.Semaphore(10)                             # … and its limit, by hand
 *     async with semaphore: ...
 *
 *     with FuturesSession(max_workers=10) as session:               # requests-futures
 *         futures = [session.get(url) for url in urls]
 *
 * Node has asyncio's event loop built in, so `gather` is Promise.all. What promises do not have is a queue, a
 * handle to cancel with, and an order of completion. Those are what futures add.
 */
import { as_completed, FuturesSession } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { serve } from './lib/local-server.js';
import { pause, routes } from './lib/routes.js';
import { table } from './lib/table.js';

const limit = 10;
await using server = await serve(
  routes({
    '/item/*': async ({ url }) => {
      const number = Number(url.pathname.split('/').at(-1));
      await pause(0.1 + (number % 5) / 200);
      return { number };
    },
  }),
);
const urls = Array.from({ length: 60 }, (_, i) => `${server.url}/item/${i}`);
// One of them fails: nothing listens there.
urls[13] = 'http://127.0.0.1:1/item/13';
const rows: (string | number)[][] = [];
async function measure(name: string, run: () => Promise<{ ok: number; failed: number }>): Promise<void> {
  server.reset();
  const { ok, failed } = await run();
  rows.push([name, ok, failed, server.requests, server.mostAtOnce]);
}
function settled(outcomes: PromiseSettledResult<unknown>[]): { ok: number; failed: number } {
  const ok = outcomes.filter((outcome) => outcome.status === 'fulfilled').length;
  return { ok, failed: outcomes.length - ok };
}

// 1. gather(*tasks): everything at once. Sixty connections here; with six thousand URLs the server, or the
//    system, gives up.
await measure('Promise.allSettled, fetch', async () => {
  return settled(await Promise.allSettled(urls.map(async (url) => (await fetch(url)).json())));
});

// 2. The semaphore. It is a dozen lines, every project has its own, and none of them can take a task out of the
//    queue again.
await measure('… and a semaphore by hand', async () => {
  let free = limit;
  const queue: (() => void)[] = [];
  const limited = async (url: string): Promise<unknown> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await (await fetch(url)).json();
    } finally {
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
  return settled(await Promise.allSettled(urls.map(limited)));
});

// 3. A Session's verbs return promises, so a Session can be gathered as well: no queue either.
await measure('Promise.allSettled, Session', async () => {
  await using session = new requests.Session();
  session.mount('http://', new requests.HTTPAdapter({ pool_maxsize: urls.length }));
  return settled(await Promise.allSettled(urls.map((url) => session.get(url))));
});

// 4. Futures: the queue is there, and a future is a promise. `allSettled` works on them as it is.
await measure('Promise.allSettled, FuturesSession', async () => {
  await using session = new FuturesSession({ max_workers: limit });
  return settled(await Promise.allSettled(urls.map((url) => session.get(url))));
});

// 5. asyncio.as_completed: the answers as they come. When something fails, the rest is called off with two words.
await measure('as_completed, stop at a failure', async () => {
  await using session = new FuturesSession({ max_workers: limit });
  const futures = urls.map((url) => session.get(url));
  const outcome = { ok: 0, failed: 0 };
  for await (const future of as_completed(futures)) {
    const error = await future.exception();
    if (error === null) outcome.ok += 1;
    else {
      outcome.failed += 1;
      for (const other of futures) other.abort();
      break;
    }
  }
  return outcome;
});

console.log(table([`${urls.length} requests, one fails`, 'fine', 'failed', 'sent', 'at once'], rows));
