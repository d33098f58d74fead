/** Issue: nothing that a caller passes can add a line to what is sent. Looked at on a raw socket. */
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { FuturesSession } from '../../src/futures-session/index.js';
import { HTTPBasicAuth, HTTPDigestAuth } from '../../src/requests/auth/index.js';
import { Request, Session } from '../../src/requests/index.js';
import type { RequestOptions } from '../../src/requests/index.js';
import { type AdapterClass, ADAPTERS } from '../helpers/adapters.js';
import { answering, type RawServer, reply, startRawServer } from '../helpers/servers/raw-server.js';

/** Ends of lines, and what becomes one when text is cut down to bytes carelessly. */
const BREAKS = {
  'CR LF': '\r\n',
  LF: '\n',
  CR: '\r',
  'CR LF CR LF': '\r\n\r\n',
  'U+010D U+010A': '\u010d\u010a',
  'U+2028': '\u2028',
  'U+0085': '\u0085',
  NUL: '\0\n',
};

type Attack = (session: Session, server: RawServer, text: string) => Promise<unknown>;

const send =
  (options: (text: string) => RequestOptions, method = 'GET'): Attack =>
  (session, server, text) =>
    session.request(method, server.url, options(text));

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** By which argument the text gets in. */
const ATTACKS: Record<string, Attack> = {
  'a header value': send((text) => ({ headers: { 'X-A': `a${text}` } })),
  'a header value of bytes': send((text) => ({ headers: { 'X-A': bytes(`a${text}`) } })),
  'a header name': send((text) => ({ headers: { [`X-A${text}`]: 'a' } })),
  'a header name at its start': send((text) => ({ headers: { [`${text.trimStart()}X-A`]: 'a' } })),
  'a header name in a Map': send((text) => ({ headers: new Map([[`X-A${text}`, 'a']]) })),
  Referer: send((text) => ({ headers: { Referer: `http://a/${text}` } })),
  'the Host header': send((text) => ({ headers: { Host: `a${text}` } })),
  'the Content-Type header': send((text) => ({ headers: { 'Content-Type': `a${text}` }, data: 'x' }), 'POST'),
  'the Cookie header': send((text) => ({ headers: { Cookie: `a=b${text}` } })),
  'a cookie value': send((text) => ({ cookies: { a: `b${text}` } })),
  'a cookie name': send((text) => ({ cookies: { [`a${text}`]: 'b' } })),
  'a cookie of the session': (session, server, text) => {
    session.cookies.set('a', `b${text}`);
    session.cookies.set(`c${text}`, 'd', { path: '/' });
    return session.get(server.url);
  },
  'the path of a cookie': (session, server, text) => {
    session.cookies.set('a', 'b', { path: `/${text}` });
    return session.get(`${server.url}/${text}`);
  },
  'a header of the session': (session, server, text) => {
    session.headers.set('X-A', `a${text}`);
    return session.get(server.url);
  },
  'headers of the session that are a plain object': (session, server, text) => {
    session.headers = { 'X-A': `a${text}`, [`X-B${text}`]: 'b' };
    return session.get(server.url);
  },
  'the method': (session, server, text) => session.request(`GET / HTTP/1.1${text}`, server.url),
  'the method of bytes': (session, server, text) => session.request(bytes(`GET${text}`), server.url),
  'the path of the URL': (session, server, text) => session.get(`${server.url}/a${text}`),
  'the path of the URL after a space': (session, server, text) =>
    session.get(`${server.url}/a HTTP/1.1${text}`),
  'the query of the URL': (session, server, text) => session.get(`${server.url}/?a=b${text}`),
  'the fragment of the URL': (session, server, text) => session.get(`${server.url}/#${text}`),
  'the host of the URL': (session, server, text) => session.get(`${server.url}${text}/`),
  'the user of the URL': (session, server, text) => session.get(server.url.replace('://', `://u${text}:p@`)),
  'the password of the URL': (session, server, text) =>
    session.get(server.url.replace('://', `://u:p${encodeURIComponent(text)}@`)),
  'a key of params': send((text) => ({ params: { [`a${text}`]: 'b' } })),
  'a value of params': send((text) => ({ params: { a: `b${text}` } })),
  'params as text': send((text) => ({ params: `a=b${text}` })),
  'params as bytes': send((text) => ({ params: bytes(`a=b${text}`) })),
  'the user of Basic auth': send((text) => ({ auth: new HTTPBasicAuth(`u${text}`, 'p') })),
  'the password of Basic auth': send((text) => ({ auth: ['u', `p${text}`] })),
  'a function that signs': send((text) => ({
    auth: (request) => {
      request.headers['Authorization'] = `Bearer ${text}`;
      return request;
    },
  })),
  'the user of Digest auth': async (session, server, text) => {
    const challenge = reply('', {
      status: '401 No',
      headers: ['WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'],
    });
    server.script = answering(challenge, reply('ok'));
    return session.get(server.url, { auth: new HTTPDigestAuth(`u${text}`, 'p') });
  },
  'the URL with Digest auth': async (session, server, text) => {
    const challenge = reply('', {
      status: '401 No',
      headers: ['WWW-Authenticate: Digest realm="r", nonce="n"'],
    });
    server.script = answering(challenge, reply('ok'));
    return session.get(`${server.url}/${text}?${text}`, { auth: new HTTPDigestAuth('u', 'p') });
  },
  'the user of a proxy': (session, server, text) =>
    session.get('http://host.invalid/', {
      proxies: { http: server.url.replace('://', `://u${encodeURIComponent(text)}:p@`) },
    }),
  'a URL through a proxy': (session, server, text) =>
    session.get(`http://host.invalid/${text}?${text}#${text}`, { proxies: { http: server.url } }),
  'the host of a tunnel': (session, server, text) => {
    server.script = answering(reply('', { status: '403 No' }));
    return session.get(`https://host${text}.invalid/`, { proxies: { https: server.url } });
  },
  'a Location': async (session, server, text) => {
    const location = encodeURIComponent(text);
    server.script = answering(
      reply('', { status: '302 Found', headers: [`Location: /%zz${location}`] }),
      reply('ok'),
    );
    return session.get(server.url);
  },
  'a prepared URL': (session, server, text) => {
    const request = new Request('GET', server.url).prepare();
    request.url = `${server.url}/a${text}`;
    return session.send(request);
  },
  'a prepared header': (session, server, text) => {
    const request = new Request('GET', server.url).prepare();
    request.headers['X-A'] = `a${text}`;
    return session.send(request);
  },
  'the name of a prepared header': (session, server, text) => {
    const request = new Request('GET', server.url).prepare();
    request.headers[`X-A${text}`] = 'a';
    return session.send(request);
  },
  'a prepared method': (session, server, text) => {
    const request = new Request('GET', server.url).prepare();
    request.method = `GET${text}`;
    return session.send(request);
  },
  'a URL with a future': (_session, server, text) => new FuturesSession().get(`${server.url}/${text}`),
};

/** Parts of a multipart body have headers of their own. */
const MULTIPART: Record<string, (text: string) => RequestOptions> = {
  'the name of a field': (text) => ({ files: { f: 'x' }, data: { [`a${text}`]: 'b' } }),
  'the name of a file field': (text) => ({ files: { [`f${text}`]: 'x' } }),
  'a file name': (text) => ({ files: { f: [`name${text}`, 'x'] } }),
  'the type of a file': (text) => ({ files: { f: ['name', 'x', `text/plain${text}`] } }),
  'a header of a file': (text) => ({ files: { f: ['name', 'x', 'text/plain', { 'X-A': `a${text}` }] } }),
  'the name of a header of a file': (text) => ({
    files: { f: ['name', 'x', 'text/plain', { [`X-A${text}`]: 'a' }] },
  }),
};

const INJECTED = 'X-Injected: yes';

/** Sends, and gives everything that arrived; a refusal is as good as an answer, when it is one of ours. */
async function arrived(attack: Attack, text: string, Adapter: AdapterClass): Promise<string> {
  await using server = await startRawServer(answering(reply('ok')));
  const session = new Session();
  for (const prefix of ['http://', 'https://']) session.mount(prefix, new Adapter());
  try {
    await attack(session, server, text);
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).name).not.toMatch(/^(ReferenceError|SyntaxError)$/);
  }
  await session.close();
  return server.connections.map((connection) => connection.text).join('\n');
}

/** The lines of all heads of requests. */
function headLines(text: string): string[] {
  return text.split(/[\r\n\0]+/).map((line) => line.trim());
}

const BREAK_LIST = Object.entries(BREAKS);

describe.each(ADAPTERS)('1.11: no line is added to a request of %s', (_name, Adapter) => {
  test.each(Object.entries(ATTACKS))('1.11: by %s', async (_argument, attack) => {
    for (const [name, end] of BREAK_LIST) {
      const sent = headLines(await arrived(attack, `${end}${INJECTED}`, Adapter));
      expect([name, sent.filter((line) => line.startsWith('X-Injected'))]).toEqual([name, []]);
      // A whole request more would be smuggled in.
      const more = headLines(
        await arrived(attack, `${end}${end}GET /smuggled HTTP/1.1${end}Host: x${end}${end}`, Adapter),
      );
      expect([name, more.filter((line) => line.startsWith('GET /smuggled'))]).toEqual([name, []]);
    }
  });

  test.each(Object.entries(MULTIPART))(
    '1.10: nor to a part of a multipart body, by %s',
    async (_argument, options) => {
      for (const [name, end] of BREAK_LIST) {
        const text = await arrived(
          (session, server, part) => session.post(server.url, options(part)),
          `${end}${INJECTED}`,
          Adapter,
        );
        expect([name, headLines(text).filter((line) => line.startsWith('X-Injected'))]).toEqual([name, []]);
      }
    },
  );
});

describe('1.10: a body is never taken for a request', () => {
  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';

  test('with a Content-Length that is too small, or none', async () => {
    for (const data of [smuggled, bytes(smuggled), Readable.from([smuggled])]) {
      for (const length of ['0', '3']) {
        await using server = await startRawServer(answering(reply('ok')));
        await using session = new Session();
        await session
          .post(server.url, { data, headers: { 'Content-Length': length } })
          .catch(() => undefined);
        await session.get(server.url).catch(() => undefined);
        const heads = server.connections.map((connection) => connection.text).join('');
        const claimed = /content-length: (\d+)/i.exec(heads)?.[1];
        const isChunked = /transfer-encoding: chunked/i.test(heads);
        expect(
          isChunked ||
            claimed === undefined ||
            Number(claimed) >= smuggled.length ||
            !heads.includes('/smuggled'),
        ).toBe(true);
      }
    }
  });
});
