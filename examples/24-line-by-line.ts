/**
 * The article, line by line: the Python of the five strategies beside the blocking flavor.
 *
 * Above each block stands the Python that it is. What changes is the spelling of literals: keyword arguments are an object, lambdas are
 * arrows, `with` is `using`. There is no `await`: the thread waits, as Python's does.
 */
import {
  as_completed,
  FuturesSession,
  requests,
  type Response,
  ThreadPoolExecutor,
  time,
  wait,
} from 'requests-futures/blocking';
import { serve_elsewhere } from './lib/far-server.js';
import { table } from './lib/table.js';

using server = serve_elsewhere('slow');
const urls = [1, 2, 3, 4, 5, 6].map((n) => `${server.url}/items/${n}`);
const rows: string[][] = [];

function timed(strategy: string, fetch_all: () => Response[]): void {
  const start = time.monotonic();
  const responses = fetch_all();
  const right = responses.filter((response) => response.ok).length;
  rows.push([strategy, String(right), (time.monotonic() - start).toFixed(1)]);
}

timed('requests.get, one after the other', () => {
  // responses = []
  // for url in urls:
  //     responses.append(requests.get(url, timeout=5))
  const responses: Response[] = [];
  for (const url of urls) responses.push(requests.get(url, { timeout: 5 }));
  return responses;
});

timed('Session, one after the other', () => {
  // with requests.Session() as session:
  //     return [session.get(url) for url in urls]
  using session = new requests.Session();
  return urls.map((url) => session.get(url));
});

timed('ThreadPoolExecutor and a function', () => {
  // def fetch(url):
  //     response = requests.get(url)
  //     response.raise_for_status()
  //     return response
  function fetch(url: string): Response {
    const response = requests.get(url);
    response.raise_for_status();
    return response;
  }
  // with ThreadPoolExecutor(max_workers=6) as executor:
  //     return list(executor.map(fetch, urls))
  using executor = new ThreadPoolExecutor({ max_workers: 6 });
  return [...executor.map(fetch, urls)];
});

timed('FuturesSession', () => {
  // session = FuturesSession(max_workers=6)
  // futures = [session.get(url) for url in urls]
  // done, not_done = wait(futures, timeout=5)
  // return [future.result() for future in done]
  const session = new FuturesSession({ max_workers: 6 });
  const futures = urls.map((url) => session.get(url));
  const [done] = wait(futures, { timeout: 5 });
  return [...done].map((future) => future.result());
});

timed('FuturesSession, as_completed and a hook', () => {
  // def response_hook(resp, *args, **kwargs):
  //     resp.data = resp.json()
  const response_hook = (resp: Response): void => {
    Object.assign(resp, { data: resp.json() });
  };
  // with FuturesSession(max_workers=6) as session:
  //     session.hooks['response'] = response_hook
  //     futures = []
  //     for i, url in enumerate(urls):
  //         future = session.get(url)
  //         future.i = i
  //         futures.append(future)
  using session = new FuturesSession({ max_workers: 6 });
  session.hooks.response = response_hook;
  const futures = urls.map((url, i) => Object.assign(session.get(url), { i }));
  // for future in as_completed(futures):
  //     responses.append(future.result())
  const responses: Response[] = [];
  for (const future of as_completed(futures)) responses.push(future.result());
  return responses;
});

console.log(table(['strategy', 'answers', 'seconds'], rows));
