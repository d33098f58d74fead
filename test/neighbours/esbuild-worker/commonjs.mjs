/** A bundle of CommonJS whose threads run. The package is not there any more. */
import assert from 'node:assert/strict';
import { importable, WorkerPoolExecutor } from 'requests-futures';
import { checkThreads } from './in-threads.mjs';
import { inThread } from './shared-tasks.mjs';

async function main() {
  const worker_url = process.argv[1].replace(/commonjs\.cjs$/, 'worker-of-commonjs.cjs');
  const executor = new WorkerPoolExecutor({ max_workers: 2, worker_url });
  const session = await checkThreads(executor, process.env.SERVER_URL, inThread);
  await session.close();
  await executor.shutdown();
  assert.throws(() => importable(main, undefined), /CommonJS.*importable\(main, 'app:tasks'/);
}

void main();
