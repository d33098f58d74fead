import fc from 'fast-check';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { PreparedRequest } from '../../src/requests/models/prepared-request.js';
import { encodeTarget, Route } from '../../src/requests/transports/outgoing-request.js';
import { InvalidHeader } from '../../src/requests/exceptions/requests.js';
import { UnicodeEncodeError, ValueError } from '../../src/builtins/index.js';
import { startHttpServer } from '../helpers/servers/http-server.js';
import { answering, reply, startRawServer } from '../helpers/servers/raw-server.js';
import { failureOf } from '../helpers/failures.js';
import { prepare, send } from '../helpers/send.js';
import { ADAPTERS } from '../helpers/adapters.js';

describe.each(ADAPTERS)('%s', (_name, Adapter) => {
  const adapter = new Adapter();
  afterEach(() => {
    adapter.close();
  });

  /** The bytes that a request puts on the wire, as latin-1 text. */
  async function wireOf(make: (url: string) => ReturnType<typeof prepare>): Promise<string> {
    await using server = await startRawServer(answering(reply()));
    await send(adapter, make(server.url));
    return server.connections[0]?.text.replaceAll(`127.0.0.1:${server.port}`, 'HOST') ?? '';
  }

  describe('the head of a request', () => {
    test('1.21: Host is first, then the headers of the request in their order and spelling', async () => {
      const headers = {
        'user-AGENT': 'me',
        'Accept-Encoding': 'gzip',
        Accept: '*/*',
        Connection: 'keep-alive',
      };
      expect(await wireOf((url) => prepare(`${url}/a?b=c#d`, { headers }))).toBe(
        'GET /a?b=c HTTP/1.1\r\nHost: HOST\r\nuser-AGENT: me\r\nAccept-Encoding: gzip\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n',
      );
    });

    test('1.11: nothing is added where headers are removed but Host and Accept-Encoding: identity', async () => {
      expect(await wireOf((url) => prepare(url))).toBe(
        'GET / HTTP/1.1\r\nHost: HOST\r\nAccept-Encoding: identity\r\n\r\n',
      );
    });

    test('1.11: a Host header of the request stands where the request has it', async () => {
      const wire = await wireOf((url) =>
        prepare(url, { headers: { A: '1', HOST: 'other.test', 'Accept-Encoding': 'x' } }),
      );
      expect(wire).toBe('GET / HTTP/1.1\r\nA: 1\r\nHOST: other.test\r\nAccept-Encoding: x\r\n\r\n');
    });

    test('1.11: header values are sent in latin-1, bytes as they are', async () => {
      const wire = await wireOf((url) => prepare(url, { headers: { A: 'ü', B: Buffer.from('é') } }));
      expect(wire).toContain('A: \xfc\r\nB: \xc3\xa9\r\n');
    });

    test.each([
      ['ASCII', 'body', 'body'],
      ['more than ASCII', 'bödy €', 'b\xc3\xb6dy \xe2\x82\xac'],
    ])(
      '1.11: a head with Latin-1 is sent before text of %s, each in its encoding',
      async (_what, data, sent) => {
        const wire = await wireOf((url) => prepare(url, { method: 'POST', headers: { A: 'ü' }, data }));
        expect(wire).toContain('A: \xfc\r\n');
        expect(wire.split('\r\n\r\n')[1]).toBe(sent);
      },
    );

    test('1.11: empty values, trailing spaces and tabs are sent', async () => {
      expect(await wireOf((url) => prepare(url, { headers: { A: '', B: 'b ', C: 'c\td' } }))).toContain(
        'A: \r\nB: b \r\nC: c\td\r\n',
      );
    });

    test('1.11: text beyond latin-1 is a UnicodeEncodeError, and nothing is sent', async () => {
      await using server = await startHttpServer();
      const error = await failureOf(send(adapter, prepare(server.url, { headers: { A: 'x€' } })));
      expect(error).toBeInstanceOf(UnicodeEncodeError);
      expect(error.message).toContain('position 1');
      expect(server.connections).toBe(0);
    });

    test('1.11: a header that was put into a prepared request by hand cannot end the line', async () => {
      const request = prepare('http://127.0.0.1:1/');
      request.headers['A'] = 'b\r\nInjected: yes';
      const error = await failureOf(send(adapter, request), InvalidHeader);
      expect(error.request).toBe(request);
      expect(error.message).not.toContain('Injected');
    });

    test('1.11: headers may be replaced by a plain object', async () => {
      const wire = await wireOf((url) => {
        const request = prepare(url);
        Object.assign(request, { headers: { 'X-a': '1' } });
        return request;
      });
      expect(wire).toContain('X-a: 1\r\n');
    });

    test('1.8: a URL that was put into a prepared request by hand cannot end the request line', async () => {
      const wire = await wireOf((url) => {
        const request = prepare(url);
        request.url = `${url}/a b\r\nInjected: yes`;
        return request;
      });
      expect(wire).toMatch(/^GET \/a%20b%0D%0AInjected:%20yes HTTP\/1\.1\r\n/);
    });

    test.each([
      ['/a/%2E%2E/b//c;d=%7C?x=1&y=%7B%7D', '/a/%2E%2E/b//c;d=%7C?x=1&y=%7B%7D'],
      ['/a/%2e%2E/b//c;d=%7C?x=[1]&y={}', '/a/%2E%2E/b//c;d=%7C?x=%5B1%5D&y=%7B%7D'],
      ['/100%?50%', '/100%25?50%25'],
      ['/a%zz%20', '/a%25zz%2520'],
    ])(
      '1.8: what the WHATWG URL class would change in %s goes out as urllib3 encodes it',
      async (target, sent) => {
        const wire = await wireOf((url) => {
          const request = prepare(url);
          request.url = url + target;
          return request;
        });
        expect(wire.split('\r\n')[0]).toBe(`GET ${sent} HTTP/1.1`);
      },
    );

    test('1.8: so is one that a proxy forwards, but for its host', () => {
      expect(encodeTarget('http://[::1]:80/[a]%2f')).toBe('http://[::1]:80/%5Ba%5D%2F');
      expect(encodeTarget('http://h.test?%')).toBe('http://h.test?%25');
    });

    test('1.7: any method is sent as it is, one that is no token is refused', async () => {
      expect(await wireOf((url) => prepare(url, { method: 'm-Search' }))).toMatch(
        /^M-SEARCH \/ HTTP\/1\.1\r\nHost: HOST\r\nAccept-Encoding: identity\r\nContent-Length: 0\r\n/,
      );
      expect(await failureOf(send(adapter, prepare('http://127.0.0.1:1', { method: 'A B' })))).toBeInstanceOf(
        ValueError,
      );
    });

    test('1.7: a method in lower case that was put in by hand stays so', async () => {
      const wire = await wireOf((url) => {
        const request = prepare(url);
        request.method = 'get';
        return request;
      });
      expect(wire).toMatch(/^get \/ HTTP/);
    });
  });

  describe('the body of a request', () => {
    test.each(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'PURGE'])(
      'design: %s with a body is sent as Python sends it',
      async (method) => {
        const wire = await wireOf((url) => prepare(url, { method, data: 'hällo' }));
        expect(wire).toBe(
          `${method} / HTTP/1.1\r\nHost: HOST\r\nAccept-Encoding: identity\r\nContent-Length: 6\r\n\r\nh\xc3\xa4llo`,
        );
      },
    );

    test('design: a HEAD request with a body has a response without one, and the connection is used again', async () => {
      await using server = await startHttpServer((_request, response) => {
        response.setHeader('Content-Length', '5');
        response.end('12345');
      });
      const response = await send(adapter, prepare(server.url, { method: 'HEAD', data: 'x' }));
      expect(response.headers['content-length']).toBe('5');
      expect(await response.read()).toHaveLength(0);
      await send(adapter, prepare(server.url));
      expect(server.connections).toBe(1);
    });

    test('1.10: bytes are sent raw', async () => {
      const wire = await wireOf((url) =>
        prepare(url, { method: 'POST', data: Buffer.from([0, 255, 13, 10]) }),
      );
      expect(wire.endsWith('Content-Length: 4\r\n\r\n\0\xff\r\n')).toBe(true);
    });

    test('1.10: a generator is sent in chunks as it gives them, empty ones left out, text as UTF-8', async () => {
      const wire = await wireOf((url) => prepare(url, { method: 'POST', data: parts('ab', '', 'ü') }));
      expect(wire).toContain('Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\n\xc3\xbc\r\n0\r\n\r\n');
    });

    test('1.10: an async generator and a web stream are sent in chunks', async () => {
      const asynchronous = (async function* () {
        await Promise.resolve();
        yield 'abc';
      })();
      expect(await wireOf((url) => prepare(url, { method: 'POST', data: asynchronous }))).toContain(
        '3\r\nabc\r\n0\r\n\r\n',
      );
      const stream = new Blob(['xyz']).stream();
      expect(await wireOf((url) => prepare(url, { method: 'POST', data: stream }))).toContain(
        '3\r\nxyz\r\n0\r\n\r\n',
      );
    });

    test('1.10: a Node stream is sent in chunks, a Blob with its length', async () => {
      expect(await wireOf((url) => prepare(url, { method: 'PUT', data: Readable.from(['abc']) }))).toContain(
        '3\r\nabc\r\n0\r\n\r\n',
      );
      expect(await wireOf((url) => prepare(url, { method: 'PUT', data: new Blob(['xyz']) }))).toMatch(
        /Content-Length: 3\r\n\r\nxyz$/,
      );
    });

    test('1.10: a form without a value is an empty body in chunks', async () => {
      const wire = await wireOf((url) => prepare(url, { method: 'POST', data: { a: null } }));
      expect(wire).toContain('Transfer-Encoding: chunked\r\n');
      expect(wire.endsWith('\r\n\r\n0\r\n\r\n')).toBe(true);
    });

    test('1.10: without a length header a body goes in chunks, and none has length 0 where one is expected', async () => {
      const without = (method: string, data: string | null) => (url: string) => {
        const request = prepare(url, { method, data });
        request.headers.delete('Content-Length');
        return request;
      };
      expect(await wireOf(without('POST', 'abc'))).toContain(
        'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
      );
      expect(await wireOf(without('POST', null))).toContain('Content-Length: 0\r\n');
      expect(await wireOf(without('DELETE', null))).not.toContain('Content-Length');
    });

    test('a body larger than any buffer arrives whole', async () => {
      await using server = await startHttpServer();
      const data = Buffer.alloc(3_000_000, 'x');
      await send(adapter, prepare(server.url, { method: 'POST', data }));
      await send(
        adapter,
        prepare(server.url, { method: 'POST', data: parts('x'.repeat(1_000_000), 'y'.repeat(1_000_000)) }),
      );
      expect(server.requests.map(({ body }) => body.length)).toEqual([3_000_000, 2_000_000]);
    });

    test('an error of the body itself is the error of the request, as it is', async () => {
      await using server = await startHttpServer();
      const boom = new Error('boom');
      const broken = (function* () {
        yield 'a';
        throw boom;
      })();
      expect(await failureOf(send(adapter, prepare(server.url, { method: 'POST', data: broken })))).toBe(
        boom,
      );
      const stream = new Readable({
        read() {
          this.destroy(boom);
        },
      });
      expect(await failureOf(send(adapter, prepare(server.url, { method: 'POST', data: stream })))).toBe(
        boom,
      );
    });

    test('a body that gives neither text nor bytes is a TypeError that says so', async () => {
      await using server = await startHttpServer();
      const request = prepare(server.url, { method: 'POST', data: parts('a') });
      Object.assign(request, { body: [1, 2] });
      const error = await failureOf(send(adapter, request));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain('text or bytes, not number');
    });
  });

  function* parts(...list: string[]): Generator<string> {
    yield* list;
  }

  describe('the head of a response', () => {
    test('1.12: status, reason, version and header lines are those of the wire', async () => {
      await using server = await startRawServer(
        answering(
          'HTTP/1.1 299 So \xfcnd so\r\nX-A: 1\r\nx-a:  2 \r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n',
        ),
      );
      const response = await send(adapter, server.url);
      expect([response.status_code, response.reason, response.raw?.version]).toEqual([
        299,
        'So \xfcnd so',
        11,
      ]);
      expect(response.raw?.rawHeaders).toEqual([
        'X-A',
        '1',
        'x-a',
        '2',
        'Set-Cookie',
        'a=b',
        'Content-Length',
        '0',
      ]);
      expect(response.headers['X-a']).toBe('1, 2');
    });

    test('1.21: 100-continue and other interim responses are skipped', async () => {
      const interim = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n';
      await using server = await startRawServer(answering(interim + reply('done')));
      expect(String(await (await send(adapter, server.url)).read())).toBe('done');
    });

    test('1.21: 204 and 304 have no body whatever their headers say', async () => {
      const answer = (status: string): string => `HTTP/1.1 ${status}\r\nETag: x\r\n\r\n`;
      await using server = await startRawServer(
        answering(answer('204 No Content'), answer('304 Not Modified')),
      );
      expect((await send(adapter, server.url)).status_code).toBe(204);
      expect((await send(adapter, server.url)).status_code).toBe(304);
      expect(server.connections).toHaveLength(1);
    });

    test('an HTTP/1.0 response without a length ends with its connection', async () => {
      await using server = await startRawServer(async (connection) => {
        await connection.readHead();
        connection.end('HTTP/1.0 200 OK\r\n\r\nold');
      });
      const response = await send(adapter, server.url);
      expect([String(await response.read()), response.raw?.version]).toEqual(['old', 10]);
    });

    test('a response without a length ends with its connection, keep-alive or not', async () => {
      await using server = await startRawServer(async (connection) => {
        await connection.readHead();
        connection.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end');
      });
      expect(String(await (await send(adapter, server.url)).read())).toBe('until the end');
    });

    test('101 is a response without a body, as in Python', async () => {
      await using server = await startRawServer(
        answering('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
      );
      const response = await send(adapter, server.url);
      expect([response.status_code, response.headers['upgrade'], (await response.read()).length]).toEqual([
        101,
        'x',
        0,
      ]);
    });

    test('headers may be larger than the 16 KiB that Node takes', async () => {
      await using server = await startRawServer(
        answering(reply('ok', { headers: [`X: ${'y'.repeat(100_000)}`] })),
      );
      expect((await send(adapter, server.url)).headers['x']).toHaveLength(100_000);
    });

    test('redirects are handed over, not followed', async () => {
      await using server = await startRawServer(
        answering(reply('', { status: '302 Found', headers: ['Location: http://[bad'] })),
      );
      const response = await send(adapter, server.url);
      expect([response.status_code, response.headers['location']]).toEqual([302, 'http://[bad']);
    });
  });
});

describe('taking a URL apart', () => {
  test.each([
    ['http://h', 'http://h', '/'],
    ['http://h?', 'http://h', '/'],
    ['http://h?a', 'http://h', '/?a'],
    ['https://h:8/p?', 'https://h:8', '/p'],
    ['https://h/p?q#f', 'https://h', '/p?q'],
    ['http://h#f?x', 'http://h', '/'],
    ['http://[::1]:80/', 'http://[::1]:80', '/'],
    ['http://u:p@h/x', null, '/x'],
    ['HTTP://h/x', null, '/x'],
  ])('1.8: %s', (url, origin, target) => {
    const request = new PreparedRequest();
    request.url = url;
    const route = new Route(request, null);
    expect([route.origin, route.target]).toEqual([origin, target]);
  });

  test.each([
    ['http://h/p?q#f', 'http', 'http://h/p?q'],
    ['HTTP://u:p@h/p', 'http', 'http://h/p'],
    ['https://h/p', 'https', '/p'],
    ['HTTPS://h/p', 'https', '/p'],
  ])('1.8: through a proxy: %s', (url, scheme, target) => {
    const request = new PreparedRequest();
    request.url = url;
    const route = new Route(request, { all: 'http://proxy' });
    expect([route.scheme, route.proxy, route.target]).toEqual([scheme, 'http://proxy', target]);
    expect(new Route(request, { all: 'SOCKS5://proxy' }).target).toBe('/p' + (url.includes('?') ? '?q' : ''));
  });

  test('1.7: agrees with path_url for any prepared URL', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webQueryParameters(), fc.webFragments(), (path, query, fragment) => {
        const request = prepare(`http://h.test${path}?${query}#${fragment}`);
        expect(new Route(request, null).target).toBe(request.path_url);
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  test('1.8: an encoded target has no character that could end it, and is the same when encoded again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const encoded = encodeTarget(text);
        expect(encoded).toMatch(/^[\x21-\x7e]*$/);
        expect(encodeTarget(encoded)).toBe(encoded);
      }),
      { seed: 2 },
    );
  });
});
