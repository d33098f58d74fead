/** Each program of docs/errors.md raises the error whose section it stands in. */
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as futures from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { exit as endThread } from '../fixtures/tasks.mjs';
import { type FullBacklog, startFullBacklog } from '../helpers/servers/full-backlog.js';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';
import { startTlsServer } from '../helpers/servers/tls-server.js';

type Answer = (response: ServerResponse) => void;

/** What the page says of each path of SERVER. */
const answers: Readonly<Record<string, Answer>> = {
  '/': (response) => response.end('{}'),
  '/page': (response) => response.end('<html>a page</html>'),
  '/missing': (response) => response.writeHead(404).end(),
  '/silent': () => undefined,
  '/slow': () => undefined,
  '/half'(response) {
    response.writeHead(200, { 'Content-Length': '10' }).write('half');
    response.socket?.end();
  },
  '/not-gzip': (response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('not gzip'),
  '/large': (response) => response.end('x'.repeat(2000)),
  '/loop': (response) => response.writeHead(302, { Location: '/loop' }).end(),
  '/moved': (response) => response.writeHead(307, { Location: '/page' }).end(),
};

let server: HttpServer, secure: HttpServer, backlog: FullBacklog;

beforeAll(async () => {
  server = await startHttpServer((request, response) => {
    answers[request.url ?? '']?.(response);
  });
  secure = await startTlsServer();
  backlog = await startFullBacklog();
});

afterAll(async () => {
  await Promise.all([server, secure, backlog].map((each) => each[Symbol.asyncDispose]()));
});

const text = readFileSync('docs/errors.md', 'utf8');
const programs = [...text.matchAll(/^### (\w+)$[^#]*?^```js\n(.*?)^```$/gms)].map(
  ([, name = '', code = '']) => [name, code] as const,
);

/** What the programs find around them. */
function scope(): Record<string, unknown> {
  return {
    requests,
    Readable,
    SERVER: server.url,
    SECURE_SERVER: secure.url,
    endThread,
    ...Object.fromEntries(
      (['FuturesSession', 'ThreadPoolExecutor', 'ProcessPoolExecutor'] as const).map((name) => [
        name,
        futures[name],
      ]),
    ),
  };
}

const AsyncFunction = (async () => {
  // Only its constructor is of use.
}).constructor as new (
  ...args: string[]
) => (...values: unknown[]) => Promise<void>;

describe('docs/errors.md', () => {
  test('has a program for each error', () => {
    expect(programs.length).toBe([...text.matchAll(/^### /gm)].length);
  });

  test.each(programs)('%s is raised by its program', async (name, code) => {
    const names = scope();
    const run = new AsyncFunction(...Object.keys(names), code.replace('http://full.backlog', backlog.url));
    const error = await run(...Object.values(names)).then(
      () => null,
      (reason: unknown) => reason as Error,
    );
    expect(error?.name, String(error)).toBe(name);
  });

  test('has every exception that a request raises', () => {
    const raised = Object.entries(requests.exceptions)
      .filter(
        ([, value]) => typeof value === 'function' && value.prototype instanceof requests.RequestException,
      )
      .map(([name]) => name);
    expect(raised.filter((name) => !text.includes(name))).toEqual([]);
  });
});
