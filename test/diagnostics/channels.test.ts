/** What subscribers of Node's and undici's own channels, tracers most often, get of our requests: what they get of the clients below. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type ChannelListener, subscribe, unsubscribe } from 'node:diagnostics_channel';
import * as http from 'node:http';
import nodeFetch from 'node-fetch';
import * as undici from 'undici';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { FuturesSession } from 'requests-futures';
import { HTTPAdapter, Session, UndiciAdapter, type UndiciAdapterOptions } from 'requests-futures/requests';
import { type HttpServer, refusedPort, startHttpServer } from '../helpers/servers/http-server.js';

interface Message {
  request: { method?: string; path?: string; origin?: string; headers?: unknown };
  response?: { statusCode: number };
  error?: { code?: string };
  trailers?: readonly unknown[];
}

const OF_NODE = ['created', 'start', 'error'].map((name) => `http.client.request.${name}`);
const CHANNELS = {
  node: [...OF_NODE, 'http.client.response.finish'],
  undici: [
    ...['create', 'bodySent', 'headers', 'trailers', 'error'].map((name) => `undici:request:${name}`),
    // When connections are made is the pools' own matter.
    ...['sendHeaders', 'connectError'].map((name) => `undici:client:${name}`),
  ],
};

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function listen(channels: readonly string[], listener: (message: Message, name: string) => void): void {
  const call: ChannelListener = (message, name) => {
    listener(message as Message, String(name));
  };
  for (const name of channels) {
    subscribe(name, call);
    cleanups.push(() => unsubscribe(name, call));
  }
}

let server: HttpServer;
let refused: string;
beforeAll(async () => {
  refused = `http://127.0.0.1:${await refusedPort()}`;
  server = await startHttpServer((request, response) => {
    if (request.url === '/trailers') {
      response.writeHead(200, { Trailer: 'x-t', 'Transfer-Encoding': 'chunked' }).write('abc');
      response.addTrailers({ 'x-t': '1' });
      return response.end();
    }
    if (request.url === '/reset') return request.socket.destroy();
    if (request.url !== '/cut')
      return response.writeHead(request.url === '/missing' ? 404 : 200).end('hello');
    response.writeHead(200, { 'Content-Length': 10 });
    return response.write('abc', () => request.socket.end());
  });
});
afterAll(() => server.close());

type Send = (method: string, url: string, body: string | undefined) => Promise<unknown>;

function overNodeFetch(): Send {
  const agent = new http.Agent({ keepAlive: true });
  cleanups.push(() => {
    agent.destroy();
  });
  return async (method, url, body) =>
    (await nodeFetch(url, { method, agent, ...(body ? { body } : {}) })).text();
}

function overUndici(): Send {
  const dispatcher = new undici.Agent();
  cleanups.push(() => dispatcher.destroy());
  return async (method, url, body) => {
    const answer = await undici.request(url, {
      method: method as 'GET',
      dispatcher,
      ...(body ? { body } : {}),
    });
    return answer.body.text();
  };
}

function over(adapter: HTTPAdapter): Send {
  const session = new Session();
  session.mount('http://', adapter);
  cleanups.push(() => session.close());
  return (method, url, data) => session.request(method, url, { data });
}

function shown({ request, response, error, trailers }: Message, name: string): string {
  const what = /create|start/.test(name) ? `${request.method} ${request.origin ?? ''}${request.path}` : '';
  return [name, what, response?.statusCode, error?.code, trailers?.map(String).join()].join(' ').trim();
}

test.each<[string, keyof typeof CHANNELS, own: () => Send, theirs: () => Send]>([
  ['HTTPAdapter: as of node-fetch', 'node', () => over(new HTTPAdapter()), overNodeFetch],
  ['UndiciAdapter: as of undici', 'undici', () => over(new UndiciAdapter()), overUndici],
])('%s', async (_title, channels, own, theirs) => {
  const log: string[] = [];
  listen(CHANNELS[channels], (message, name) => void log.push(shown(message, name)));
  const cases: [method: string, url: string, body?: string][] = [
    ['GET', `${server.url}/a?b`],
    // On the connection that is kept.
    ['GET', `${server.url}/missing`],
    ['POST', `${server.url}/a`, 'body'],
    ['HEAD', `${server.url}/a`],
    ['GET', `${server.url}/trailers`],
    ['POST', `${server.url}/reset`, 'body'],
    ['GET', `${server.url}/cut`],
    ['GET', `${refused}/a`],
  ];
  const eventsOf = async (send: Send): Promise<string[][]> => {
    const events: string[][] = [];
    for (const args of cases) {
      log.length = 0;
      await send(args[0], args[1], args[2]).catch(() => undefined);
      // What ends an exchange may be published after its promise has settled.
      await vi.waitFor(() => {
        expect(log.at(-1)).toMatch(/finish|trailers|request[.:]error/);
      }, 10_000);
      events.push([...log]);
    }
    return events;
  };
  const expected = await eventsOf(theirs());
  expect(expected.flat().length).toBeGreaterThan(14);
  expect(await eventsOf(own())).toEqual(expected);
});

const MOUNTED: [string, () => HTTPAdapter][] = [
  ['HTTPAdapter', () => new HTTPAdapter()],
  ['HTTPAdapter with few connections', () => new HTTPAdapter({ pool_maxsize: 1, pool_block: true })],
  ...(
    [
      ['UndiciAdapter', {}],
      ['UndiciAdapter with one connection', { connections: 1 }],
      ['UndiciAdapter with pipelining', { connections: 2, pipelining: 4 }],
    ] as [string, UndiciAdapterOptions][]
  ).map(([name, options]): [string, () => HTTPAdapter] => [name, () => new UndiciAdapter(options)]),
];

test.each(MOUNTED)('%s: a request begins in the context of its submission', async (_name, adapter) => {
  const context = new AsyncLocalStorage<string>();
  const seen: [path: string | undefined, context: string | undefined][] = [];
  listen(['http.client.request.start', 'undici:request:create'], ({ request }) => {
    seen.push([request.path, context.getStore()]);
  });
  await using session = new FuturesSession({ max_workers: 8 });
  session.mount('http://', adapter());
  const note = (path: string): void => void seen.push([path, context.getStore()]);
  const paths = Array.from({ length: 12 }, (_, i) => `/${i}`);
  const futures = paths.map((path) =>
    context.run(path, () => {
      const future = session.get(server.url + path, {
        hooks: {
          response: () => {
            note(path);
          },
        },
      });
      future.add_done_callback(() => {
        note(path);
      });
      return future;
    }),
  );
  await Promise.all(futures);
  // Its start, its hook and its callback.
  expect(seen).toHaveLength(36);
  expect(seen.filter(([path, found]) => path !== found)).toEqual([]);
});

test.each<[string, string | Uint8Array]>([
  ['text', 'bödy'],
  ['bytes', Buffer.from('bödy')],
])('instrumentation that wraps write and end of a request sees a body of %s', async (_title, data) => {
  const prototype = http.Agent.prototype as unknown as {
    addRequest: (request: http.ClientRequest, ...rest: unknown[]) => void;
  };
  const { addRequest } = prototype;
  const seen: Buffer[] = [];
  prototype.addRequest = function (request, ...rest) {
    const note = (chunk: unknown): void => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) seen.push(Buffer.from(chunk));
    };
    const write = request.write.bind(request) as (...args: unknown[]) => boolean;
    const end = request.end.bind(request) as (...args: unknown[]) => http.ClientRequest;
    request.write = (...args: unknown[]) => (note(args[0]), write(...args));
    request.end = (...args: unknown[]) => (note(args[0]), end(...args));
    addRequest.call(this, request, ...rest);
  };
  cleanups.push(() => {
    prototype.addRequest = addRequest;
  });
  await using session = new Session();
  const response = await session.post(`${server.url}/a`, { data });
  expect([response.text, Buffer.concat(seen).toString()]).toEqual(['hello', 'bödy']);
});
