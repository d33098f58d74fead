import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HTTPDigestAuth } from '../../src/requests/auth/index.js';
import { UnrewindableBodyError } from '../../src/requests/exceptions/requests.js';
import { Session } from '../../src/requests/sessions/session.js';
import type { RequestOptions } from '../../src/requests/types.js';
import { parse_dict_header } from '../../src/requests/utils/index.js';
import { type Handler, type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';
import { startRawServer } from '../helpers/servers/raw-server.js';

const directory = mkdtempSync(path.join(tmpdir(), 'wire-'));
const file = path.join(directory, 'file.txt');
writeFileSync(file, '0123456789');
afterAll(() => {
  rmSync(directory, { recursive: true });
});

let session: Session;
beforeEach(() => {
  session = new Session();
  session.trust_env = false;
});
afterEach(async () => {
  await session.close();
});

/** What a request looks like to a server, but for the headers that every request has. */
async function wire(options: RequestOptions, method = 'POST'): Promise<string> {
  let received = '';
  const server = await startRawServer(async (connection) => {
    received = await connection.readRequest();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  });
  try {
    await session.request(method, `${server.url}/`, options);
  } finally {
    await server.close();
  }
  return received.replace(/\r\n(?:Host|User-Agent|Accept-Encoding|Accept|Connection):[^\r]*/gi, '');
}

const START = 'POST / HTTP/1.1\r\n';

describe('bodies on the wire', () => {
  it.each<[string, RequestOptions, string]>([
    ['text', { data: 'é' }, 'Content-Length: 2\r\n\r\nÃ©'],
    ['bytes', { data: Buffer.from([0, 255]) }, 'Content-Length: 2\r\n\r\n\0ÿ'],
    [
      'a form',
      { data: { a: 'b c', d: ['1', '2'] } },
      'Content-Length: 13\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=b+c&d=1&d=2',
    ],
    ['JSON', { json: { a: 1 } }, 'Content-Length: 7\r\nContent-Type: application/json\r\n\r\n{"a":1}'],
    ['nothing', {}, 'Content-Length: 0\r\n\r\n'],
    [
      'a form of null',
      { data: { a: null } },
      'Transfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n0\r\n\r\n',
    ],
  ])('1.10: %s', async (_, options, expected) => {
    expect(await wire(options)).toBe(START + expected);
  });

  it('1.10: a generator is chunked, without its empty pieces', async () => {
    function* pieces(): Generator<string | Uint8Array> {
      yield 'é';
      yield '';
      yield Buffer.from('xyz');
    }
    expect(await wire({ data: pieces() })).toBe(
      `${START}Transfer-Encoding: chunked\r\n\r\n2\r\nÃ©\r\n3\r\nxyz\r\n0\r\n\r\n`,
    );
  });

  it('3.30: files, Blobs and streams', async () => {
    expect(await wire({ data: createReadStream(file, { start: 5 }) })).toBe(
      `${START}Content-Length: 5\r\n\r\n56789`,
    );
    expect(await wire({ data: new Blob(['blob']) })).toBe(`${START}Content-Length: 4\r\n\r\nblob`);
    const chunked = `${START}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`;
    expect(await wire({ data: Readable.from(['abc']) })).toBe(chunked);
    expect(await wire({ data: new Blob(['abc']).stream() })).toBe(chunked);
  });

  it('1.10: GET with a body', async () => {
    expect(await wire({ data: 'x' }, 'GET')).toBe('GET / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx');
  });

  it('1.10: multipart, from memory and from a file', async () => {
    const inMemory = await wire({
      data: { a: '1' },
      files: { f: ['n "é".txt', 'x', 't/t', { 'X-Y': 'z' }] },
    });
    const boundary = /boundary=([0-9a-f]{32})\r\n/.exec(inMemory)?.[1] ?? '';
    const body = [
      `--${boundary}`,
      'Content-Disposition: form-data; name="a"',
      '',
      '1',
      `--${boundary}`,
      'Content-Disposition: form-data; name="f"; filename="n %22Ã©%22.txt"',
      'Content-Type: t/t',
      'X-Y: z',
      '',
      'x',
      `--${boundary}--`,
      '',
    ].join('\r\n');
    expect(inMemory).toBe(
      `${START}Content-Length: ${body.length}\r\nContent-Type: multipart/form-data; boundary=${boundary}\r\n\r\n${body}`,
    );
    const fromFile = await wire({ files: { f: createReadStream(file) } });
    expect(fromFile).toContain(
      `\r\nContent-Length: ${fromFile.split('\r\n\r\n').slice(1).join('\r\n\r\n').length}\r\n`,
    );
    expect(fromFile).toMatch(/-{2}[0-9a-f]{32}--\r\n$/);
    expect(fromFile).toContain('name="f"; filename="file.txt"\r\n\r\n0123456789\r\n--');
    const chunked = await wire({ files: { f: Readable.from(['abc']) } });
    expect(chunked).toContain('\r\nTransfer-Encoding: chunked\r\n');
    expect(chunked).toContain('\r\n3\r\nabc\r\n');
  });
});

describe('redirects', () => {
  const redirect: Handler = (request, response) => {
    if (request.url === '/end') response.end();
    else response.writeHead(307, { Location: '/end' }).end();
  };

  it('1.6: bodies that can be sent again are, on a 307', async () => {
    await using server = await startHttpServer(redirect);
    const stream = createReadStream(file, { start: 7 });
    for (const data of ['text', new Blob(['blob']), stream]) await session.post(`${server.url}/`, { data });
    await session.post(`${server.url}/`, { files: { f: ['n', createReadStream(file)] } });
    const bodies = server.requests.map(({ body }) => body.toString());
    expect(bodies.slice(0, 6)).toEqual(['text', 'text', 'blob', 'blob', '789', '789']);
    expect(bodies[7]).toBe(bodies[6]);
    expect(bodies[7]).toContain('0123456789');
  });

  it('1.6: a stream is an UnrewindableBodyError, a generator is sent again empty', async () => {
    await using server = await startHttpServer(redirect);
    await expect(session.post(server.url, { data: Readable.from(['x']) })).rejects.toThrow(
      UnrewindableBodyError,
    );
    const response = await session.post(server.url, { data: ['ab'].values() });
    expect(response.status_code).toBe(200);
    expect(server.requests.at(-1)?.body.length).toBe(0);
  });
});

/** Lets `user` in by their digest, and in any case sets a cookie. */
const guarded: Handler = (request, response) => {
  const answer = parse_dict_header((request.headers.authorization ?? '').replace(/^Digest /, ''));
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const { nonce, nc, cnonce, uri } = answer;
  const secret = md5('user:here:secret');
  const target = md5(`${String(request.method)}:${String(request.url)}`);
  const expected = md5([secret, nonce, nc, cnonce, 'auth', target].join(':'));
  if (uri === request.url && answer['response'] === expected) {
    if (request.url?.startsWith('/old')) response.writeHead(307, { Location: '/new?x=1' });
    response.end(`cookie ${request.headers.cookie ?? 'none'}`);
    return;
  }
  response.setHeader('Set-Cookie', 'round=1');
  response.writeHead(401, { 'WWW-Authenticate': 'Digest realm="here", nonce="abc", qop="auth"' });
  response.end('no');
};

describe('Digest over HTTP', () => {
  let server: HttpServer;
  beforeEach(async () => {
    server = await startHttpServer(guarded);
  });
  afterEach(() => server.close());

  it('1.16: lets in, with the cookies of the refusal, and buffers the answer', async () => {
    session.auth = new HTTPDigestAuth('user', 'secret');
    const response = await session.post(`${server.url}/a?b=c`, { data: 'body' });
    expect(response.text).toBe('cookie round=1');
    expect(response.history.map(({ status_code: status }) => status)).toEqual([401]);
    expect(response.history[0]?.text).toBe('no');
    expect(server.requests.map(({ body }) => body.toString())).toEqual(['body', 'body']);
    expect(server.connections).toBe(1);
    expect(session.cookies.get('round')).toBe('1');
    await session.get(`${server.url}/again`);
    expect(server.requests.length).toBe(3);
  });

  it("1.16: the refusal's cookies join those of the session; a hand-written header stays", async () => {
    session.cookies.set('own', '2');
    const auth = new HTTPDigestAuth('user', 'secret');
    const joined = await session.get(server.url, { auth });
    expect(joined.text.split(/[ ;]+/).sort()).toEqual(['cookie', 'own=2', 'round=1']);
    const byHand = await session.get(server.url, {
      auth: new HTTPDigestAuth('user', 'secret'),
      headers: { Cookie: 'mine=3' },
    });
    expect(byHand.text).toBe('cookie mine=3');
  });

  it('1.16: is asked again after a redirect, where the digest is another', async () => {
    const response = await session.get(`${server.url}/old`, { auth: new HTTPDigestAuth('user', 'secret') });
    expect(response.status_code).toBe(200);
    expect(server.requests.map(({ url }) => url)).toEqual(['/old', '/old', '/new?x=1', '/new?x=1']);
  });

  it('1.20: with stream the answer is left unread', async () => {
    const auth = new HTTPDigestAuth('user', 'secret');
    const response = await session.get(server.url, { auth, stream: true });
    expect(() => response.text).toThrow();
    expect(String(await response.read())).toBe('cookie round=1');
  });

  it('1.16: a wrong password ends with the second 401', async () => {
    const response = await session.get(server.url, { auth: new HTTPDigestAuth('user', 'wrong') });
    expect([response.status_code, response.text]).toEqual([401, 'no']);
    expect(server.requests.length).toBe(2);
  });
});
