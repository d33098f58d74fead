import { Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  ConnectionError,
  HTTPAdapter,
  type LevelLogger,
  type Logger,
  Retry,
  Session,
  set_logger,
  UndiciAdapter,
} from 'requests-futures/requests';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';

let server: HttpServer;

beforeAll(async () => {
  server = await startHttpServer();
  server.handler = (_request, response) => void response.end('12345');
});
afterAll(() => server.close());
afterEach(() => {
  set_logger(null);
});

/** A method for each level, which keeps its arguments. */
function recorder(
  ...names: string[]
): [logger: Record<string, (...args: unknown[]) => void>, calls: unknown[][]] {
  const calls: unknown[][] = [];
  return [
    Object.fromEntries(names.map((name) => [name, (...args) => void calls.push([name, ...args])])),
    calls,
  ];
}

test.each([
  ['HTTPAdapter', () => new HTTPAdapter()],
  ['UndiciAdapter', () => new UndiciAdapter()],
])("%s writes urllib3's debug lines for each request", async (_name, makeAdapter) => {
  const lines: string[] = [];
  set_logger({ log: (...record) => void lines.push(record.join('|')) });
  await using session = new Session();
  session.mount('http://', makeAdapter());
  const { host } = new URL(server.url);
  await session.get(`http://user:secret@${host}/a?b=1`);
  await session.head(`${server.url}/c`);
  expect(lines).toEqual([
    `debug|urllib3.connectionpool|Starting new HTTP connection (1): ${host}`,
    `debug|urllib3.connectionpool|http://${host} "GET /a?b=1 HTTP/1.1" 200 5`,
    `debug|urllib3.connectionpool|http://${host} "HEAD /c HTTP/1.1" 200 0`,
  ]);
});

/** A request that fails once is retried, and warned about. */
async function retry(): Promise<void> {
  await using session = new Session();
  session.mount('http://', new HTTPAdapter({ max_retries: new Retry({ total: 1 }) }));
  await expect(session.get('http://127.0.0.1:1/')).rejects.toThrow(ConnectionError);
}

test('a logger of the shape of console gets one line, at its level', async () => {
  const [logger, calls] = recorder('log', 'debug', 'info', 'warn', 'error');
  set_logger(logger as unknown as LevelLogger);
  await retry();
  expect(calls).toContainEqual(['warn', expect.stringMatching(/^WARNING:urllib3.connectionpool:Retrying/)]);
  expect(calls.map(([level]) => level)).not.toContain('log');
});

test('a logger of the shape of pino gets fields and message, and debug lines at that level only', async () => {
  const [logger, calls] = recorder('debug', 'info', 'warn', 'error', 'fatal', 'child', 'bindings');
  set_logger(
    Object.assign(logger, { isLevelEnabled: (level: string) => level !== 'debug' }) as unknown as LevelLogger,
  );
  await retry();
  expect(calls).toEqual([['warn', { logger: 'urllib3.connectionpool' }, expect.stringMatching(/^Retrying/)]]);
});

test("a logger of winston's shape gets message and fields, at syslog's levels as well", async () => {
  const [logger, calls] = recorder('log', 'debug', 'warning', 'error', 'crit');
  set_logger(Object.assign(logger, { transports: [], levels: {} }) as unknown as LevelLogger);
  await retry();
  expect(calls).toContainEqual([
    'warning',
    expect.stringMatching(/^Retrying/),
    { logger: 'urllib3.connectionpool' },
  ]);
});

test.each([
  ['a function', () => undefined],
  ['an empty object', {}],
  ['a stream', new Writable()],
  ['text', 'debug'],
  ['undefined', undefined],
])('%s is no logger, and the one in force stays', (_name, logger) => {
  const own: Logger = { log: () => undefined };
  set_logger(own);
  expect(() => set_logger(logger as never)).toThrow(
    /^set_logger\(\) takes { log\(level, name, message, error\) { … } }, or a logger such as console, pino\(\) or winston.createLogger\(\), got /,
  );
  expect(set_logger(null)).toBe(own);
});

test('a logger that throws or rejects breaks no request', async () => {
  await using session = new Session();
  let calls = 0;
  set_logger({
    log: () => {
      calls += 1;
      throw new Error('disk full');
    },
  });
  expect((await session.get(server.url)).status_code).toBe(200);
  set_logger({
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- what a careless logger does
    log: async () => {
      calls += 1;
      await Promise.reject(new Error('no route'));
    },
  });
  expect((await session.get(server.url)).status_code).toBe(200);
  expect(calls).toBe(3);
});
