/** The listings of docs/porting/around.md log what stands below them, and the traps that they avoid are there. */
import { readdirSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { as_completed, FuturesSession, type ResponseFuture, wait } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { runNode } from '../helpers/child.js';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';

const paths = ['/', '/broken', '/last'];

let server: HttpServer, session: FuturesSession;

beforeAll(async () => {
  server = await startHttpServer((request, response) => {
    if (request.url === '/broken') request.socket.destroy();
    else if (request.url !== '/private') response.end('{}');
    else if (request.headers.authorization === 'Bearer new') response.end('welcome');
    else response.writeHead(401).end();
  });
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  session = new FuturesSession();
});
afterEach(() => session.close());

const listings = [...readFileSync('docs/porting/around.md', 'utf8').matchAll(/^```js\n(.*?)^```$/gms)].map(
  ([, listing = '']) => {
    const [code = ''] = listing.split(/^(?=\/\/ )/m, 1);
    return [listing.slice(code.length).replaceAll('// ', '').trimEnd(), code] as const;
  },
);

const AsyncFunction = (async () => {
  // Only its constructor is of use.
}).constructor as new (
  ...args: string[]
) => (...values: unknown[]) => Promise<void>;

test.each(
  `__name__ tqdm time.sleep asyncio.gather asyncio.wait asyncio.wait_for asyncio.Semaphore run_in_executor asyncio.to_thread
   threading.Thread queue.Queue multiprocessing.Pool atexit KeyboardInterrupt functools.partial getLogger('urllib3') _work_queue
   _max_workers _threads responses requests_mock unittest.mock.patch MultipartEncoder BaseUrlSession dump requests_cache tenacity
   ratelimit pickle.dump LWPCookieJar MozillaCookieJar futures[future]`.split(/\s+/),
)('a porter who searches for %s finds a row', (name) => {
  const pages = readdirSync('docs/porting').map((page) => readFileSync(`docs/porting/${page}`, 'utf8'));
  expect(
    pages.some((page) => page.split('\n').some((line) => line.startsWith('|') && line.includes(name))),
  ).toBe(true);
});

test('every listing says what it logs', () => {
  expect(listings.length).toBe(6);
  for (const [logged] of listings) expect(logged).not.toBe('');
});

test.each(listings)('a listing logs %j', async (logged, code) => {
  const lines: string[] = [];
  const scope = {
    SERVER: server.url,
    paths,
    session,
    requests,
    FuturesSession,
    as_completed,
    wait,
    console: { log: (...values: unknown[]) => lines.push(values.join(' ')) },
  };
  // A block of its own, as some listings declare what others find around them.
  await new AsyncFunction(...Object.keys(scope), `{${code}}`)(...Object.values(scope));
  expect(lines.join('\n')).toBe(logged);
});

describe('the traps', () => {
  function submitted(): ResponseFuture[] {
    return paths.map((path) => session.get(server.url + path));
  }

  async function* yielding(): AsyncGenerator {
    for (const future of submitted()) yield future;
  }

  test.each([
    ['an async generator that yields futures', yielding],
    ['an array under `for await`', submitted],
    ['Readable.from', () => Readable.from(submitted())],
  ])('%s gives responses, and the first failure ends the loop', async (_what, source) => {
    const given: unknown[] = [];
    await expect(
      (async () => {
        for await (const each of source()) given.push(each);
      })(),
    ).rejects.toThrow(requests.ConnectionError);
    expect(given).toEqual([expect.any(requests.Response)]);
  });

  test('a plain session’s verbs in a list end the process when one fails before it is awaited', async () => {
    const start = `
      import * as requests from 'requests-futures/requests';
      const session = new requests.Session();
      const [slow, broken] = [new Promise((resolve) => setTimeout(resolve, 5000)), session.get('${server.url}/broken')];
    `;
    const trap = await runNode([
      '--input-type=module',
      '-e',
      `${start} await slow; await broken.catch(() => {});`,
    ]);
    expect(trap.code).toBe(1);
    expect(trap.stderr).toContain('ConnectionError');
  });
});
