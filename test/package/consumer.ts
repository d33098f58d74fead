/**
 * What a user of the installed package writes, compiled with the strictest settings: by the repository against the
 * sources, and by the package test against the tarball.
 */
import {
  as_completed,
  Future,
  FuturesSession,
  HTTPAdapter,
  Retry,
  ThreadPoolExecutor,
} from 'requests-futures';
import { AsyncPoolExecutor, wait } from 'requests-futures/concurrent-futures';
import * as requests from 'requests-futures/requests';

const executor = new ThreadPoolExecutor({ max_workers: 2 });
const session: requests.Session = new FuturesSession({ executor });
session.mount('https://', new HTTPAdapter({ max_retries: new Retry({ total: 3, backoff_factor: 0.1 }) }));

const future = executor.submit((a: number, b: number) => a + b, 1, 2);
for await (const done of as_completed([future])) console.log((await done.result()).toFixed(1));
const [done] = await wait([future]);
console.log(done.size, executor instanceof AsyncPoolExecutor, future instanceof Future, requests.codes.ok);
await session.close();
