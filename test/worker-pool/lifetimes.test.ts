import { expect, test } from 'vitest';
import { FuturesSession } from 'requests-futures';
import { PicklingError } from 'requests-futures/concurrent-futures';
import { Session } from 'requests-futures/requests';
import * as tasks from '../fixtures/tasks.mjs';
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
