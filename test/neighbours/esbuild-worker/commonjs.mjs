/** A bundle of CommonJS whose threads run. The package is not there any more. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { FuturesSession, importable, WorkerPoolExecutor } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { inThread } from './shared-tasks.mjs';

async function main() {
  assert(!existsSync('node_modules/requests-futures'));
  const base = process.env.SERVER_URL;
  const worker_url = process.argv[1].replace(/commonjs\.cjs$/, 'worker-of-commonjs.cjs');
  const executor = new WorkerPoolExecutor({ max_workers: 2, worker_url });
  const [thread, ok] = await executor.submit(inThread, `${base}/json`).result();
  assert.notEqual(thread, threadId);
  assert.equal(ok, true);
  assert.equal((await executor.submit(requests.get, `${base}/gzip`).result()).json().zipped, true);
  const session = new FuturesSession({ executor });
  await session.get(`${base}/cookies`);
  assert.equal((await session.get(`${base}/headers`)).json().cookie, 'session=abc');
  await session.close();
  await executor.shutdown();
  assert.throws(() => importable(main, undefined), /CommonJS.*importable\(main, 'app:tasks'/);
}

void main();
