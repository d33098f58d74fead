/** What Python's pools run by its name, theirs do too: module functions, bound verbs, methods of objects and classes. */
/* eslint-disable @typescript-eslint/unbound-method -- the verbs of a session are bound, and one method must not be */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  Future,
  FuturesSession,
  importable,
  ProcessPoolExecutor,
  type WorkerPoolExecutor,
} from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { echo, type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';
import * as hooks from '../fixtures/hooks.mjs';
import * as tasks from '../fixtures/tasks.mjs';

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

let server: HttpServer;
let executor: WorkerPoolExecutor;

beforeAll(async () => {
  server = await startHttpServer(echo);
});
afterAll(() => server.close());
beforeEach(() => {
  executor = new ProcessPoolExecutor({ max_workers: 2 });
});
afterEach(() => executor.shutdown());

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

function sentOf(response: requests.Response): Echo {
  return response.json<Echo>();
}

describe('the functions of requests', () => {
  test.each([1, 2])('are mapped over URLs, %i at a time', async (chunksize) => {
    const urls = [1, 2, 3].map((n) => `${server.url}/${n}`);
    const responses = await all(executor.map(requests.get, urls, { chunksize }));
    expect(responses.map((response) => sentOf(response).url)).toEqual(['/1', '/2', '/3']);
    expect(responses.every((response) => response instanceof requests.Response)).toBe(true);
  });

  test('each can be submitted', async () => {
    const { url } = server;
    const verbs = ['get', 'options', 'post', 'put', 'patch', 'delete'] as const;
    for (const verb of verbs) {
      const response = await executor.submit(requests[verb], url, { headers: { 'X-Verb': verb } });
      expect(sentOf(response)).toMatchObject({ method: verb.toUpperCase() });
      expect(sentOf(response).headers).toContainEqual(['X-Verb', verb]);
    }
    expect((await executor.submit(requests.head, url)).status_code).toBe(200);
    expect(sentOf(await executor.submit(requests.request, { method: 'QUERY', url }))).toMatchObject({
      method: 'QUERY',
    });
    expect(await executor.submit(requests.session)).toBeInstanceOf(requests.Session);
  });
});

describe('the verbs of a session', () => {
  test('send with what the session has', async () => {
    await using session = new requests.Session();
    session.headers['X-Key'] = 'k';
    session.auth = ['user', 'word'];
    session.cookies.set('a', '1');
    const sent = sentOf(await executor.submit(session.get, `${server.url}/x`, { params: { q: 1 } }));
    expect(sent.url).toBe('/x?q=1');
    expect(sent.headers).toContainEqual(['X-Key', 'k']);
    expect(sent.headers).toContainEqual(['Authorization', 'Basic dXNlcjp3b3Jk']);
    expect(sent.headers).toContainEqual(['Cookie', 'a=1']);
    const prepared = session.prepare_request(new requests.Request('PUT', `${server.url}/p`));
    expect(sentOf(await executor.submit(session.send, prepared))).toMatchObject({ method: 'PUT', url: '/p' });
    const responses = await all(executor.map(session.request, ['GET', 'POST'], [server.url, server.url]));
    expect(responses.map((response) => sentOf(response).method)).toEqual(['GET', 'POST']);
  });

  test("those of a session class of one's own, and of the session of futures, which sends at once over there", async () => {
    await using api = new hooks.ApiSession(server.url);
    expect(sentOf(await executor.submit(api.get, '/own')).url).toBe('/own');
    await using session = new FuturesSession();
    session.headers['X-Key'] = 'f';
    const future = executor.submit(session.get, `${server.url}/f`);
    expect(future).toBeInstanceOf(Future);
    const response = await future;
    expect(response).toBeInstanceOf(requests.Response);
    expect(sentOf(response).headers).toContainEqual(['X-Key', 'f']);
  });

  test('cross as arguments, and come home as what calls the same session', async () => {
    await using session = new requests.Session();
    session.headers['X-Key'] = 'k';
    const response = await executor.submit(
      tasks.map<string, Promise<requests.Response>>,
      session.get,
      server.url,
    );
    expect(sentOf(response).headers).toContainEqual(['X-Key', 'k']);
    const get = await executor.submit(tasks.identity<typeof session.get>, session.get);
    session.headers['X-Key'] = 'changed';
    expect(sentOf(await get(server.url)).headers).toContainEqual(['X-Key', 'changed']);
  });

  test('fail as the request does', async () => {
    await using session = new requests.Session();
    await expect(executor.submit(session.get, 'no-url')).rejects.toThrow(requests.exceptions.MissingSchema);
    session.hooks = { response: () => undefined };
    await expect(executor.submit(session.get, server.url)).rejects.toThrow(/^Cannot pickle function/);
  });
});

describe('methods', () => {
  test('of an object that crosses run over there, and as an initializer', async () => {
    const parser = new tasks.Parser('>');
    expect(await executor.submit(importable(parser, 'parse'), 'a,b')).toEqual(['>a@thread', '>b@thread']);
    expect(importable(parser, 'parse')('c')).toEqual(['>c@main']);
    await using other = new ProcessPoolExecutor({
      max_workers: 1,
      initializer: importable(parser, 'parse'),
      initargs: ['x'],
    });
    expect(await other.submit(tasks.add, 1, 2)).toBe(3);
  });

  test('of a class run through their class', async () => {
    expect(await executor.submit(tasks.Parser.split, 'a,b')).toEqual(['a', 'b']);
    expect(await all(executor.map(importable(tasks.Parser, 'split'), ['a,b', 'c']))).toEqual([
      ['a', 'b'],
      ['c'],
    ]);
  });

  test('that cannot cross say how to bind them', async () => {
    const parser = new tasks.Parser('>');
    const fix = /\(fn: bind the method by importable\(object, 'parse'\)\)$/;
    await expect(executor.submit(parser.parse, 'a')).rejects.toThrow(fix);
    await expect(executor.submit(parser.parse.bind(parser), 'a')).rejects.toThrow(fix);
    // @ts-expect-error -- no method
    expect(() => importable(parser, 'prefix')).toThrow(
      new TypeError("'Parser' object has no method 'prefix'"),
    );
    class Unknown {
      get(): number {
        return 1;
      }
    }
    await expect(executor.submit(importable(new Unknown(), 'get'))).rejects.toThrow(
      /^Cannot pickle 'Unknown' object \(args\[0\]\): mark its class/,
    );
  });
});
