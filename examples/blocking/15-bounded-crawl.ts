/**
 * A million URLs in constant memory: map with buffersize, over input that is made as it is needed.
 *
 *     with ThreadPoolExecutor(max_workers=32) as executor:
 *         for response in executor.map(session.get, urls(), buffersize=64):     # Python 3.14
 *             counts[response.status_code] += 1
 *
 * `map` with `buffersize` reads that many URLs ahead and no more: each result that is taken makes room for one URL. Input and results are
 * both lazy. The gateway runs the verb of the session by itself: it calls no function of this thread for a page.
 *
 *     npm run example blocking/15              crawls the first 3,000 and leaves
 *     npm run example blocking/15 1000000      crawls them all
 */
import { HTTPAdapter, requests, ThreadPoolExecutor } from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';

const enough = Number(process.argv[2] ?? 3000);
const buffersize = 64;

using server = serve_elsewhere('many-pages');

let made = 0;
function* urls(): Generator<string> {
  for (let i = 0; i < 1_000_000; i += 1) {
    made += 1;
    yield `${server.url}/page/${i}`;
  }
}

using session = new requests.Session();
session.mount('http://', new HTTPAdapter({ pool_maxsize: 33 }));
session.timeout = 30;

const mebibytes = (count: number, digits = 1): string => (count / 2 ** 20).toFixed(digits);
function show_progress(): void {
  const resident = mebibytes(process.memoryUsage.rss(), 0);
  console.log(
    `${String(pages).padStart(7)} pages, ${mebibytes(bytes)} MiB of text seen; ${resident} MiB resident`,
  );
}

const counts = new Map<number, number>();
let pages = 0;
let bytes = 0;
let ahead = 0;
using executor = new ThreadPoolExecutor(32);
// eslint-disable-next-line @typescript-eslint/unbound-method -- the verbs of a session are bound, as in Python
for (const page of executor.map(session.get, urls(), { buffersize })) {
  pages += 1;
  bytes += page.text.length;
  counts.set(page.status_code, (counts.get(page.status_code) ?? 0) + 1);
  ahead = Math.max(ahead, made - pages);
  if (pages % Math.ceil(enough / 5) === 0) show_progress();
  // Leaving the loop cancels what has not begun. The other URLs are never made.
  if (pages >= enough) break;
}

const statuses = [...counts].map(([status, count]) => `${status}: ${count}`).sort();
console.log(`\n${statuses.join(', ')}`);
console.log(`URLs made: ${made} of 1000000; never more than ${ahead} ahead of the results`);
console.log(`at once on the server: ${server.mostAtOnce}`);

// A generator that makes requests is input, too: pages of an API. And the inputs may be several, side by side.
function* pages_of_an_api(): Generator<string> {
  for (let i = 1; i <= 3; i += 1) yield session.get(`${server.url}/page/${i}`).url;
}
function length_of(url: string, factor: number): number {
  return session.get(url).text.length * factor;
}
const lengths = [...executor.map(length_of, pages_of_an_api(), [1, 10, 100])];
console.log(`from a generator that asks: ${lengths.join(', ')}`);
