/** Answers that break the rules: what is read with `insecure_http_parser`, what is refused, and what the guide says of it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FuturesSession, WorkerPoolExecutor } from 'requests-futures';
import * as doors from 'requests-futures/requests';
import {
  type FetchFunction,
  HTTPAdapter,
  type HTTPAdapterOptions,
  UndiciAdapter,
} from '../../src/requests/adapters/index.js';
import { RequestException, Session } from '../../src/requests/index.js';
import { ADAPTERS } from '../helpers/adapters.js';
import { runNode } from '../helpers/child.js';
import { MALFORMED } from '../helpers/malformed-answers.js';
import { send } from '../helpers/send.js';
import { answering, type RawServer, reply, startRawServer } from '../helpers/servers/raw-server.js';

const GUIDE = 'docs/porting/urllib3.md';

let server: RawServer;
beforeEach(async () => {
  server = await startRawServer(async (connection) => {
    const [, at] = / \/(\d+)/.exec(await connection.readHead()) ?? [];
    connection.end(MALFORMED[Number(at)]?.bytes);
  });
});
afterEach(() => server.close());

/** What an adapter makes of each answer: its body in quotes, or the name of the error. */
async function outcomes(Adapter: typeof HTTPAdapter, options: HTTPAdapterOptions): Promise<string[]> {
  const adapter = new Adapter(options);
  const all = await Promise.all(
    MALFORMED.map(async (_, at) => {
      try {
        return `'${(await send(adapter, `${server.url}/${at}`)).text}'`;
      } catch (error) {
        if (!(error instanceof RequestException)) throw error;
        return error.name;
      }
    }),
  );
  adapter.close();
  return all;
}

const READ = "'hello'";

test('the guide says what is read of each answer, by default and with the option', async () => {
  const columns = [MALFORMED.map(({ python }) => python)];
  for (const [, Adapter] of ADAPTERS) {
    for (const insecure_http_parser of [false, true])
      columns.push(await outcomes(Adapter, { insecure_http_parser }));
  }
  // Both refuse the same.
  expect(columns[3]).toEqual(columns[1]);
  const [ofPython, refused, node, , undici] = columns;
  const cell = (text = ''): string => (text === READ ? 'read' : `\`${text}\``);
  const rows = MALFORMED.map(
    ({ name }, at) =>
      `| ${name} | ${[ofPython, refused, node, undici].map((column) => cell(column?.[at])).join(' | ')} |\n`,
  ).join('');
  const guide = readFileSync(GUIDE, 'utf8');
  const table = /(?<=^\| answer \|.*\n\|(?:---\|)+\n)(?:\|.*\n)*/m;
  expect(guide).toMatch(table);
  if (process.env['UPDATE_DOCS'] !== undefined)
    writeFileSync(
      GUIDE,
      guide.replace(table, () => rows),
    );
  expect(table.exec(guide)?.[0], 'UPDATE_DOCS=1 npx vitest run test/requests updates it').toBe(rows);
});

const PYTHON = `
import json, requests, sys
outcomes = []
for at in range(int(sys.argv[2])):
    session = requests.Session()
    session.trust_env = False
    try:
        outcomes.append(repr(session.get(f'{sys.argv[1]}/{at}', timeout=5).text))
    except Exception as error:
        outcomes.append(type(error).__name__)
print(json.dumps(outcomes))
`;
const hasPython = spawnSync('python3', ['-c', 'import requests']).status === 0;

test.skipIf(!hasPython)('and what Python makes of it is what the Python at hand does', async () => {
  const child = spawn('python3', ['-c', PYTHON, server.url, String(MALFORMED.length)]);
  let text = '';
  child.stdout.on('data', (piece) => (text += String(piece)));
  await once(child, 'close');
  expect(JSON.parse(text)).toEqual(MALFORMED.map(({ python }) => python));
});

describe.each(ADAPTERS)('%s', (_name, Adapter) => {
  test('headers are the ones that came, without their folds', async () => {
    server.script = answering('HTTP/1.1 200 OK\nX-A: b\x01\nX-B: c\n d\nContent-Length: 5\n\nhello');
    const adapter = new Adapter({ insecure_http_parser: true });
    const { headers, text } = await send(adapter, server.url);
    expect(Object.fromEntries(headers.items())).toEqual({
      'X-A': 'b\x01',
      'X-B': 'c d',
      'Content-Length': '5',
    });
    expect(text).toBe('hello');
    adapter.close();
  });

  test.each([
    [
      'Content-Length beside chunks',
      'Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    ],
    ['a bare line feed', 'Content-Length: 5\n\r\nhello'],
  ])('a connection on which framing was in doubt serves no other request: %s', async (_case, rest) => {
    server.script = answering(`HTTP/1.1 200 OK\r\n${rest}`, reply('next'));
    await using session = new Session();
    session.mount('http://', new Adapter({ insecure_http_parser: true }));
    expect((await session.get(server.url)).text).toBe('hello');
    expect((await session.get(server.url)).text).toBe('next');
    expect(server.connections).toHaveLength(2);
    await server.connections[0]?.waitForEnd();
  });

  test('what is smuggled behind such an answer reaches no request', async () => {
    // To one that counts, the second answer is the body of the first.
    const stray = reply('stray');
    server.script = answering(
      `HTTP/1.1 200 OK\r\nContent-Length: ${stray.length + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${stray}`,
      reply('next'),
    );
    await using session = new Session();
    session.mount('http://', new Adapter({ insecure_http_parser: true }));
    expect((await session.get(server.url)).text).toBe('');
    const texts = await Promise.all([1, 2, 3].map(async () => (await session.get(server.url)).text));
    expect(texts).toEqual(['next', 'next', 'next']);
  });

  test('however the bytes arrive', async () => {
    const bytes = 'HTTP/1.1 103 Early\nLink: </a>\n\nHTTP/1.1 200 OK\nX-A: b\n c\nContent-Length: 5\n\nhello';
    server.script = async (connection) => {
      await connection.readHead();
      for (const byte of bytes) {
        await connection.write(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const adapter = new Adapter({ insecure_http_parser: true });
    const { headers, text } = await send(adapter, server.url);
    expect([headers['X-A'], text]).toEqual(['b c', 'hello']);
    adapter.close();
  });

  test('the option crosses to a worker thread, and only that of its adapter', async () => {
    const name = Adapter.name as 'HTTPAdapter' | 'UndiciAdapter';
    server.script = answering('HTTP/1.1 200 OK\nContent-Length: 5\n\nhello');
    await using executor = new WorkerPoolExecutor({ max_workers: 2, threads: 1 });
    await using session = new FuturesSession({ executor });
    session.mount('http://', new doors[name]({ insecure_http_parser: true }));
    session.mount('http://localhost', new doors[name]());
    expect((await session.get(server.url)).text).toBe('hello');
    const strict = session.get(server.url.replace('127.0.0.1', 'localhost'));
    expect(await strict.exception()).toBeInstanceOf(doors.ConnectionError);
  });

  test.each(['yes', 1, null])('%s is neither true nor false', (value) => {
    expect(() => new Adapter({ insecure_http_parser: value as never })).toThrow(
      /^insecure_http_parser must be true or false, not /,
    );
  });
});

test('it does not go together with a fetch, a dispatcher or pipelining', () => {
  const insecure_http_parser = true;
  expect(() => new HTTPAdapter({ insecure_http_parser, fetch: fetch as FetchFunction })).toThrow(
    'insecure_http_parser does not go together with fetch',
  );
  expect(() => new UndiciAdapter({ insecure_http_parser, dispatcher: 'global' })).toThrow(
    'insecure_http_parser belongs to the dispatcher when there is one',
  );
  expect(() => new UndiciAdapter({ insecure_http_parser, pipelining: 2 })).toThrow(
    'insecure_http_parser goes with pipelining: 1',
  );
});

test.each(['HTTPAdapter', 'UndiciAdapter'])(
  'heads that Node refuses are read by %s with --insecure-http-parser, and refused without',
  async (adapter) => {
    server.script = answering(
      'HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    );
    const program = `
      import { ${adapter}, Session } from 'requests-futures/requests';
      const session = new Session();
      session.mount('http://', new ${adapter}());
      console.log((await session.get(process.argv[1])).text);
      await session.close();`;
    const args = ['--input-type=module', '--eval', program, server.url];
    const flag = '--insecure-http-parser';
    const [lenient, byVariable, strict] = await Promise.all([
      runNode([flag, ...args]),
      runNode(args, { env: { NODE_OPTIONS: flag } }),
      runNode(args),
    ]);
    expect([lenient.stdout, byVariable.stdout]).toEqual(['hello\n', 'hello\n']);
    expect(strict.code).toBe(1);
  },
);
