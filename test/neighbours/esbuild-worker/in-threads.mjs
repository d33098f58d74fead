/** What the threads of either bundle do: calls of the program's own functions and of the package's, and a session with its cookies. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { FuturesSession } from 'requests-futures';
import * as requests from 'requests-futures/requests';

/** Returns the session, to be closed. */
export async function checkThreads(executor, base, inThread) {
  assert(!existsSync('node_modules/requests-futures'));
  const [thread, ok] = await executor.submit(inThread, `${base}/json`).result();
  assert.notEqual(thread, threadId);
  assert.equal(ok, true);
  assert.equal((await executor.submit(requests.get, `${base}/gzip`).result()).json().zipped, true);
  const session = new FuturesSession({ executor });
  await session.get(`${base}/cookies`);
  assert.equal((await session.get(`${base}/headers`)).json().cookie, 'session=abc');
  return session;
}
