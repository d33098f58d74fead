/** What servers of HTTP/2 do wrong. Each client is a process of its own, whose exit code tells whether a fault ended it. */
import { constants } from 'node:http2';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { UndiciAdapter } from '../../src/requests/adapters/index.js';
import { AbortError, ConnectTimeout } from '../../src/requests/exceptions/requests.js';
import { runNode } from '../helpers/child.js';
import { failureOf } from '../helpers/failures.js';
import { send } from '../helpers/send.js';
import {
  answer,
  frame,
  type Http2Server,
  startFrameServer,
  startHttp2Server,
  type StreamCall,
} from '../helpers/servers/http2-server.js';
import { startRawServer } from '../helpers/servers/raw-server.js';

const CLIENT = fileURLToPath(new URL('../fixtures/http2-client.mjs', import.meta.url));

type Step =
  | 'close'
  | 'turn'
  | { connections: number }
  | readonly (readonly [method: string, path: string, options?: object])[];

/** Exit code, what came of each request, and what the process complained of. */
async function run(
  server: Pick<Http2Server, 'url'>,
  ...steps: readonly Step[]
): Promise<[number | null, unknown, string]> {
  const { code, stdout, stderr } = await runNode([CLIENT, server.url, JSON.stringify(steps)], {
    env: { NODE_NO_WARNINGS: '1' },
  });
  return [code, stdout === '' ? null : JSON.parse(stdout), stderr];
}

const GET: Step = [['GET', '/']];

test('requests share a connection, which closing the session closes', async () => {
  await using server = await startHttp2Server((call) => {
    answer(call, `${call.headers[':method'] ?? ''} ${call.connection}`);
  });
  const many: Step = Array.from({ length: 20 }, () => ['GET', '/']);
  const outcome = await run(server, GET, many, 'close', GET, 'close');
  const first = Array.from({ length: 21 }, () => [200, 'GET 1']);
  expect(outcome).toEqual([0, [...first, [200, 'GET 2']], '']);
});

test('the process ends by itself with an idle connection', async () => {
  await using server = await startHttp2Server((call) => {
    answer(call, 'x');
  });
  expect(await run(server, GET)).toEqual([0, [[200, 'x']], '']);
});

test('a stream that is reset on a used connection fails alone', async () => {
  await using server = await startHttp2Server((call) => {
    if (call.path === '/reset') call.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else answer(call, `${call.path} ${call.connection}`);
  });
  const outcome = await run(server, GET, [
    ['GET', '/a'],
    ['GET', '/reset'],
    ['GET', '/b'],
  ]);
  expect(outcome).toEqual([
    0,
    [
      [200, '/ 1'],
      [200, '/a 1'],
      ['ConnectionError', expect.stringContaining('INTERNAL_ERROR')],
      [200, '/b 1'],
    ],
    '',
  ]);
});

/** `:status: 200`, as the table of HPACK has it. */
const HEAD_200 = Buffer.of(0x88);
/** `content-length: 10`, as a literal with a name of that table. */
const LENGTH_10 = Buffer.from('\x0f\x0d\x0210', 'latin1');

function reset(stream: number, code: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(code);
  return frame(3, 0, stream, payload);
}

test.each([
  ['an error', constants.NGHTTP2_INTERNAL_ERROR, HEAD_200],
  ['CANCEL', constants.NGHTTP2_CANCEL, HEAD_200],
  ['REFUSED_STREAM', constants.NGHTTP2_REFUSED_STREAM, HEAD_200],
  ['CANCEL, short of its length', constants.NGHTTP2_CANCEL, Buffer.concat([HEAD_200, LENGTH_10])],
  ['no error', constants.NGHTTP2_NO_ERROR, HEAD_200],
  ['no error, short of its length', constants.NGHTTP2_NO_ERROR, Buffer.concat([HEAD_200, LENGTH_10])],
])('a body that is cut by a reset with %s is an error', async (_name, code, head) => {
  await using server = await startFrameServer((stream) => [
    frame(1, 4, stream, head),
    frame(0, 0, stream, Buffer.from('half')),
    reset(stream, code),
  ]);
  const error = ['ChunkedEncodingError', expect.any(String)];
  expect(await run(server, GET, GET)).toEqual([0, [error, error], '']);
});

test('a status that HTTP does not have is an error', async () => {
  const status = Buffer.from('\x00\x07:status\x03000', 'latin1');
  await using server = await startFrameServer((stream) => [frame(1, 5, stream, status)]);
  // From 24 on, Node refuses it itself.
  const error = ['ConnectionError', expect.stringMatching(/BadStatusLine|PROTOCOL_ERROR/)];
  expect(await run(server, GET, GET)).toEqual([0, [error, error], '']);
});

test('a whole answer to an upload that was not read ends the upload', async () => {
  await using server = await startFrameServer((stream) => [
    frame(1, 4, stream, HEAD_200),
    frame(0, 1, stream, Buffer.from('enough')),
    reset(stream, constants.NGHTTP2_NO_ERROR),
  ]);
  const post: Step = [['POST', '/', { data: 'x'.repeat(100_000) }]];
  expect(await run(server, post, GET)).toEqual([
    0,
    [
      [200, 'enough'],
      [200, 'enough'],
    ],
    '',
  ]);
});

test('what a graceful GOAWAY leaves running is answered, and new requests get a new connection', async () => {
  await using server = await startHttp2Server(async (call) => {
    const { session, stream, path, connection } = call;
    if (path !== '/slow') {
      answer(call, `${path} ${connection}`);
      return;
    }
    session.goaway(constants.NGHTTP2_NO_ERROR, stream.id);
    stream.respond({ ':status': 200 });
    stream.write('one ');
    await new Promise(setImmediate);
    stream.end('two');
  });
  const outcome = await run(server, GET, [['GET', '/slow']], [['GET', '/after']]);
  expect(outcome).toEqual([
    0,
    [
      [200, '/ 1'],
      [200, 'one two'],
      [200, '/after 2'],
    ],
    '',
  ]);
});

test.each(['GET', 'POST'])('a %s that a GOAWAY says was not looked at is sent again', async (method) => {
  await using server = await startHttp2Server((call) => {
    const { session, stream, path, connection } = call;
    if (path === '/' || connection > 1) answer(call, `${path} ${connection}`);
    else session.goaway(constants.NGHTTP2_NO_ERROR, (stream.id ?? 0) - 2);
  });
  const outcome = await run(server, GET, [[method, '/again', { data: 'body' }]]);
  expect(outcome).toEqual([
    0,
    [
      [200, '/ 1'],
      [200, '/again 2'],
    ],
    '',
  ]);
});

test('POSTs that wait for connections which get their GOAWAY with the answer before are sent over others', async () => {
  const goaway = (stream: number): Buffer => frame(7, 0, 0, Buffer.of(0, 0, 0, stream, 0, 0, 0, 0));
  const one = Buffer.of(0, 3, 0, 0, 0, 1); // At once.
  await using server = await startFrameServer(
    (stream) => [frame(1, 4, stream, HEAD_200), frame(0, 1, stream, Buffer.from('x')), goaway(stream)],
    one,
  );
  // Half of them wait behind the first one of each connection, and half of those do again.
  const posts: Step = Array.from({ length: 16 }, () => ['POST', '/', { data: 'body' }]);
  expect(await run(server, { connections: 1 }, posts)).toEqual([0, posts.map(() => [200, 'x']), '']);
});

test('a server that refuses each stream is not asked without end', async () => {
  await using server = await startHttp2Server(({ stream }) => {
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
  });
  const [code, outcomes, stderr] = await run(server, GET);
  expect([code, outcomes, stderr]).toEqual([
    0,
    [['ConnectionError', expect.stringContaining('REFUSED_STREAM')]],
    '',
  ]);
  expect(server.requests.length).toBeLessThan(5);
});

test.each([
  [
    'a GOAWAY with an error',
    ({ session }: StreamCall) => {
      session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    },
  ],
  [
    'the end of the session',
    ({ session }: StreamCall) => {
      session.destroy();
    },
  ],
  ['the end of the connection', ({ socket }: StreamCall) => socket.destroy()],
])(
  'a GET that %s leaves unanswered on a used connection is tried again, a POST is not',
  async (_name, fault) => {
    await using server = await startHttp2Server((call) => {
      if (call.path === '/' || call.connection > 1) answer(call, `${call.path} ${call.connection}`);
      else fault(call);
    });
    const outcome = await run(server, GET, [['GET', '/again']]);
    expect(outcome).toEqual([
      0,
      [
        [200, '/ 1'],
        [200, '/again 2'],
      ],
      '',
    ]);
    await using other = await startHttp2Server((call) => {
      if (call.path === '/') answer(call, 'x');
      else fault(call);
    });
    expect(await run(other, GET, [['POST', '/once', { data: 'body' }]])).toEqual([
      0,
      [
        [200, 'x'],
        ['ConnectionError', expect.any(String)],
      ],
      '',
    ]);
    expect(other.requests).toEqual(['GET /', 'POST /once']);
  },
);

test('an idle connection that its server gives up is not used again', async () => {
  await using server = await startHttp2Server((call) => {
    answer(call, String(call.connection));
    if (call.connection === 1)
      call.stream.on('close', () => {
        call.session.close();
      });
  });
  const [code, outcomes, stderr] = await run(server, GET, 'turn', [['POST', '/', { data: 'x' }]], GET);
  expect([code, outcomes, stderr]).toEqual([
    0,
    [
      [200, '1'],
      [200, '2'],
      [200, '2'],
    ],
    '',
  ]);
});

test('a body that fails while it is sent ends its request alone', async () => {
  await using server = await startHttp2Server((call) => {
    call.stream.resume();
    if (call.path === '/') answer(call, 'x');
  });
  const error = ['TypeError', 'a body must give text or bytes, not Object'];
  // The process ends long before.
  const bad = ['POST', '/bad', { pieces: ['a', {}], timeout: 600 }] as const;
  expect(await run(server, GET, [bad, ['GET', '/']], [bad])).toEqual([
    0,
    [[200, 'x'], error, [200, 'x'], error],
    '',
  ]);
  expect(server.connections).toBe(1);
});

test('requests wait for the server to say how many it takes at once, and keep to it', async () => {
  await using server = await startHttp2Server(
    (call) => {
      call.stream.resume().on('end', () => {
        answer(call, 'x');
      });
    },
    { maxConcurrentStreams: 1 },
  );
  // Pieces cannot be sent again when the server refuses a stream.
  const posts: Step = Array.from({ length: 40 }, () => ['POST', '/', { pieces: ['a', 'b'] }]);
  expect(await run(server, posts)).toEqual([0, posts.map(() => [200, 'x']), '']);
});

test('answers that arrive together, while requests are being written, keep their bodies', async () => {
  const AT_ONCE = 10;
  // Ten fill several records of TLS, which are read one after the other.
  const body = 'x'.repeat(6000);
  let held: Buffer[] = [];
  // Enough for the first request alone, and then for as many as may be open.
  await using server = await startFrameServer(
    (stream, request) => {
      held.push(frame(1, 4, stream, Buffer.of(0x88)), frame(0, 1, stream, Buffer.from(body)));
      if (request > 1 && held.length < 2 * AT_ONCE) return [];
      const frames = held;
      held = [];
      return frames;
    },
    Buffer.of(0, 3, 0, 0, 0, AT_ONCE),
  );
  const gets: Step = Array.from({ length: 1 + 3 * AT_ONCE }, () => ['GET', '/']);
  expect(await run(server, { connections: 1 }, gets)).toEqual([0, gets.map(() => [200, body]), '']);
});

test('what waits for the first connection has its limit for connecting, and others of its own when that one fails', async () => {
  // Never negotiates TLS.
  await using server = await startRawServer(() => undefined);
  const url = server.url.replace('http:', 'https:');
  const adapter = new UndiciAdapter({ allow_h2: true });
  const stop = new AbortController();
  const first = failureOf(send(adapter, url, { signal: stop.signal }), AbortError);
  await failureOf(send(adapter, url, { timeout: 0.05 }), ConnectTimeout);
  expect(server.connections).toHaveLength(1);
  const stopRest = new AbortController();
  const rest = [1, 2].map(() => failureOf(send(adapter, url, { signal: stopRest.signal }), AbortError));
  stop.abort();
  await first;
  await server.waitForConnections(3);
  stopRest.abort();
  await Promise.all(rest);
  adapter.close();
});
