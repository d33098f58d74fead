/**
 * A million URLs in constant memory: map with buffersize, over input that is made as it is needed.
 *
 *     with ThreadPoolExecutor(max_workers=32) as executor:
 *         for status in executor.map(fetch, urls(), buffersize=64):     # Python 3.14
 *             counts[status] += 1
 *
 * A list of futures for a million URLs holds a million responses until the list is dropped. `map` with
 * `buffersize` reads so many URLs ahead and no more: each result that is taken makes room for one URL. Input and
 * results are both lazy, so the list of URLs may be a generator, a file, or a database cursor.
 *
 *     npm run example bounded-crawl              crawls the first 3,000 and leaves
 *     npm run example bounded-crawl 1000000      crawls them all
 *
 * The second took four minutes (2 cores, Node 20; the server is in the same process) and printed, of 2.2 GiB of text:
 *
 *      200000 pages, 436.6 MiB of text seen; 18.4 MiB alive, 133 MiB resident
 *      600000 pages, 1352.1 MiB of text seen; 18.6 MiB alive, 135 MiB resident
 *     1000000 pages, 2267.6 MiB of text seen; 18.2 MiB alive, 136 MiB resident
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ThreadPoolExecutor } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { serve } from './lib/local-server.js';
import { listener } from './lib/servers/many-pages.js';

const enough = Number(process.argv[2] ?? 3000);
const buffersize = 64;

await using server = await serve(listener);

let made = 0;
function* urls(): Generator<string> {
  for (let i = 0; i < 1_000_000; i += 1) {
    made += 1;
    yield `${server.url}/page/${i}`;
  }
}

await using session = new requests.Session();
session.mount('http://', new requests.HTTPAdapter({ pool_maxsize: 33 }));

// What is kept of a page is what this returns. The response, and with it the body, is garbage afterwards.
async function crawl(url: string): Promise<{ status: number; bytes: number }> {
  const response = await session.get(url, { timeout: 30 });
  return { status: response.status_code, bytes: response.text.length };
}

// What is alive can only be told after a collection.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const mebibytes = (count: number, digits = 1): string => (count / 2 ** 20).toFixed(digits);
function showProgress(): void {
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  const memory = `${mebibytes(heapUsed)} MiB alive, ${mebibytes(rss, 0)} MiB resident`;
  console.log(`${String(pages).padStart(7)} pages, ${mebibytes(bytes)} MiB of text seen; ${memory}`);
}

const counts = new Map<number, number>();
let pages = 0;
let bytes = 0;
let ahead = 0;
await using executor = new ThreadPoolExecutor(32);
for await (const page of executor.map(crawl, urls(), { buffersize })) {
  pages += 1;
  bytes += page.bytes;
  counts.set(page.status, (counts.get(page.status) ?? 0) + 1);
  ahead = Math.max(ahead, made - pages);
  if (pages % Math.ceil(enough / 5) === 0) showProgress();
  // Leaving the loop cancels what has not begun. The other URLs were never made.
  if (pages >= enough) break;
}

const statuses = [...counts].map(([status, count]) => `${status}: ${count}`).sort();
console.log(`\n${statuses.join(', ')}`);
console.log(`URLs made: ${made} of 1000000; never more than ${ahead} ahead of the results`);
console.log(`at once on the server: ${server.mostAtOnce}`);

// An async generator is input, too: lines of a file, pages of an API. And the inputs may be several, side by side.
async function* pagesOfAnApi(): AsyncGenerator<string> {
  for (let i = 1; i <= 3; i += 1) {
    const response = await session.get(`${server.url}/page/${i}`);
    yield response.url;
  }
}
const lengths = await executor
  .map(async (url: string, factor: number) => (await crawl(url)).bytes * factor, pagesOfAnApi(), [1, 10, 100])
  .toArray();
console.log(`from an async generator: ${lengths.join(', ')}`);
