/** A bundle whose threads run: the program, what they run and what they call are built together. The package is not there any more. */
import assert from 'node:assert/strict';
import { WorkerPoolExecutor } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { checkThreads } from './in-threads.mjs';
import { inThread } from './tasks.mjs';

const base = process.env.SERVER_URL;
const executor = new WorkerPoolExecutor({
  max_workers: 2,
  worker_url: new URL('worker.mjs', import.meta.url),
});
const session = await checkThreads(executor, base, inThread);
const failure = await session.get('http://127.0.0.1:1/').exception();
assert(failure instanceof requests.ConnectionError, String(failure));
session.mount('http://', new requests.UndiciAdapter());
const missing = await session.get(`${base}/json`).exception();
assert.match(String(missing), /undici/);
await session.close();
await executor.shutdown();

const without = new WorkerPoolExecutor({ max_workers: 1 });
const refused = await without.submit(inThread, base).exception();
assert.match(
  `${refused} ${refused.cause}`,
  /build requests-futures\/worker as a file of its own and name that by worker_url/,
);
await without.shutdown();
console.log('threads run from a bundle');
