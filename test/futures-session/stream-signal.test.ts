import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AsyncPoolExecutor, FuturesSession, WorkerPoolExecutor } from 'requests-futures';
import { AbortError, type Response, Session } from 'requests-futures/requests';
import { echo, type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';

let server: HttpServer;
beforeEach(async () => {
  server = await startHttpServer((request, response) => {
    if (request.url === '/endless') response.write('a piece');
    else echo(request, response);
  });
});
afterEach(async () => {
  await server.close();
});

describe.each([
  ['AsyncPoolExecutor', () => new AsyncPoolExecutor({ max_workers: 2 })],
  ['WorkerPoolExecutor', () => new WorkerPoolExecutor({ max_workers: 2, threads: 1 })],
] as [string, () => AsyncPoolExecutor | WorkerPoolExecutor][])('over %s', (_name, makeExecutor) => {
  let executor: AsyncPoolExecutor | WorkerPoolExecutor;
  let session: FuturesSession;
  beforeEach(() => {
    executor = makeExecutor();
    session = new FuturesSession({ executor });
  });
  afterEach(async () => {
    await session.close();
    await executor.shutdown();
  });

  async function failure(response: Response): Promise<unknown> {
    try {
      for await (const piece of response.iter_content(null)) expect(piece.length).toBeGreaterThan(0);
    } catch (error) {
      return error;
    }
    return null;
  }

  test('a signal ends the body of a stream, whose future is done, and its connection', async () => {
    const { signal, abort } = abortable();
    const response = await session.get(`${server.url}/endless`, { stream: true, signal });
    const error = failure(response);
    const reason = new Error('enough');
    abort(reason);
    expect(await error).toBeInstanceOf(AbortError);
    expect(await error).toMatchObject({ cause: reason, request: response.request });
    await server.waitForOpenConnections(0);
    expect(await failure(response)).toBe(await error);
  });

  test('as that of a plain session does', async () => {
    await using plain = new Session();
    const { signal, abort } = abortable();
    const response = await plain.get(`${server.url}/endless`, { stream: true, signal });
    const error = failure(response);
    const reason = new Error('enough');
    abort(reason);
    expect(await error).toBeInstanceOf(AbortError);
    expect(await error).toMatchObject({ cause: reason, request: response.request });
  });

  test('one that aborts before anybody reads ends it as well', async () => {
    const { signal, abort } = abortable();
    const response = await session.get(`${server.url}/endless`, { stream: true, signal });
    abort(new Error('enough'));
    await server.waitForOpenConnections(0);
    expect(await failure(response)).toBeInstanceOf(AbortError);
  });

  test('one that aborts after the body was read, or closed, changes nothing', async () => {
    const { signal, abort } = abortable();
    const response = await session.get(`${server.url}/echo`, { stream: true, signal });
    await response.read();
    const buffered = await session.get(`${server.url}/echo`, { signal });
    const closed = await session.get(`${server.url}/endless`, { stream: true, signal });
    closed.close();
    abort(new Error('late'));
    expect(response.content.length).toBeGreaterThan(0);
    expect(buffered.json()).toMatchObject({ url: '/echo' });
    expect(await failure(closed)).toBeNull();
    expect((await session.get(`${server.url}/echo`)).status_code).toBe(200);
  });
});

function abortable(): { signal: AbortSignal; abort: (reason: Error) => void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: (reason) => {
      controller.abort(reason);
    },
  };
}
