import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FuturesSession } from 'requests-futures';
import { PicklingError } from 'requests-futures/concurrent-futures';
import { Session } from 'requests-futures/requests';
import * as tasks from '../fixtures/tasks.mjs';
import { runNode } from '../helpers/child.js';
import { echo, startHttpServer } from '../helpers/servers/http-server.js';
import { pool } from '../helpers/worker-pools.js';

test('a FuturesSession does not cross as an argument, and a Session does', async () => {
  await using server = await startHttpServer(echo);
  await using executor = pool({ max_workers: 1 });
  class OwnSession extends FuturesSession {}
  for (const session of [new FuturesSession(), new OwnSession({ executor })]) {
    const error = await executor.submit(tasks.sendBy, session, server.url).exception();
    expect(error).toBeInstanceOf(PicklingError);
    expect(error?.message).toMatch(
      /^Cannot pickle '(Own|Futures)Session' object: .*Send a Session, or make a FuturesSession in the function/,
    );
    await session.close();
  }
  await using session = new Session();
  expect(await executor.submit(tasks.sendBy, session, server.url)).toEqual(['Session', 200]);
  // One that a FuturesSession sends through still does.
  await using inner = new FuturesSession();
  await using outer = new FuturesSession({ executor, session: inner });
  expect((await outer.get(server.url)).status_code).toBe(200);
});

test.each(['function', 'argument'])(
  'a program that submits its own %s from an async main starts once in each thread, and says why that is wrong',
  async (what) => {
    const program = fileURLToPath(new URL('../fixtures/main-module-async.mjs', import.meta.url));
    const { stdout, stderr } = await runNode([program, what]);
    // Once itself, and once in each thread. One that ends is replaced while there are calls for it.
    expect(stdout.split('main runs').length - 1).toBeLessThanOrEqual(4);
    expect(stderr).toMatch(
      /An attempt has been made to start calls .*main-module-async\.mjs.*if \(isMainThread\)/,
    );
  },
);

test('the threads of a dropped pool end once it is collected, and not while it has calls', async () => {
  const tasks = new URL('../fixtures/tasks.mjs', import.meta.url).href;
  const { stdout, stderr } = await runNode([
    '--expose-gc',
    '--input-type=module',
    '-e',
    `import { readdirSync } from 'node:fs';
     import { setTimeout } from 'node:timers/promises';
     import { WorkerPoolExecutor } from 'requests-futures';
     import { add, later } from ${JSON.stringify(tasks)};
     const threads = () => readdirSync('/proc/self/task').length;
     const once = () => new WorkerPoolExecutor({ max_workers: 1 }).submit(add, 1, 2).result();
     const collect = async (isDone) => {
       for (let i = 0; i < 200 && !isDone(); i += 1) { gc(); await setTimeout(20); }
     };
     await once();
     let rounds = 0;
     await collect(() => (rounds += 1) > 10);
     const before = threads();
     for (let i = 0; i < 5; i += 1) await once();
     const most = threads();
     await collect(() => threads() <= before);
     console.log(most - before, threads() - before);
     let result = null;
     new WorkerPoolExecutor({ max_workers: 1 }).submit(later, 0.5, 'done').add_done_callback((future) => {
       result = future.result_now();
     });
     await collect(() => result !== null);
     console.log(result);`,
  ]);
  expect(stderr).toBe('');
  expect(stdout).toBe('5 0\ndone\n');
});
