/** The checks over UndiciAdapter, and what CommonJS and worker threads see. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { FuturesSession, importable, WorkerPoolExecutor } from 'requests-futures';
import { UndiciAdapter } from 'requests-futures/requests';
import { status } from './tasks.mjs';

const base = process.env.SERVER_URL;
const session = new FuturesSession();
session.mount('http://', new UndiciAdapter());
assert.equal((await session.get(`${base}/json`).result()).json().ok, true);
await session.close();

assert.equal(createRequire(import.meta.url)('requests-futures').FuturesSession, FuturesSession);

const executor = new WorkerPoolExecutor({ max_workers: 1 });
assert.equal(await executor.submit(status, `${base}/missing`).result(), 404);
const threads = new FuturesSession({ executor });
assert.equal((await threads.get(`${base}/json`).result()).json().ok, true);
await threads.close();
await executor.shutdown();
assert.equal(typeof importable, 'function');
