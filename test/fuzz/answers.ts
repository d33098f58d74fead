/** Valid answers of every kind, to begin with. */
import * as zlib from 'node:zlib';

export interface Answer {
  readonly name: string;
  readonly bytes: Buffer;
  /** The decoded body. */
  readonly body: string;
  readonly status: number;
  /** Whether the answer says by itself where it ends: then a part of it is never a whole answer. */
  readonly framed: boolean;
}

const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(3);

function answer(name: string, head: string, body: Buffer | string, expected: string, framed = true): Answer {
  const bytes = Buffer.concat([
    Buffer.from(`${head}\r\n\r\n`, 'latin1'),
    Buffer.from(body as string, 'latin1'),
  ]);
  const finals = Array.from(head.matchAll(/HTTP\/1\.\d (\d{3})/g), ([, status]) => Number(status));
  return { name, bytes, body: expected, status: finals.at(-1) ?? 0, framed };
}

function chunked(body: Buffer, sizes: readonly number[], { extension = '', trailer = '' } = {}): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, i = 0; at < body.length; i++) {
    const piece = body.subarray(at, at + (sizes[i % sizes.length] ?? 1));
    parts.push(Buffer.from(`${piece.length.toString(16)}${extension}\r\n`), piece, Buffer.from('\r\n'));
    at += piece.length;
  }
  return Buffer.concat([...parts, Buffer.from(`0${extension}\r\n${trailer}\r\n`)]);
}

function compressed(encoding: string, body: Buffer): Answer {
  const head = `HTTP/1.1 200 OK\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${body.length}`;
  return answer(encoding, head, body, TEXT);
}

const gzip = zlib.gzipSync(TEXT);

export const ANSWERS: readonly Answer[] = [
  answer(
    'length',
    `HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${TEXT.length}`,
    TEXT,
    TEXT,
  ),
  answer(
    'chunked',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked',
    chunked(Buffer.from(TEXT), [1, 20, 5]),
    TEXT,
  ),
  answer(
    'chunked with extensions and trailers',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-End',
    chunked(Buffer.from(TEXT), [50], { extension: ';a=b;c="d;e"', trailer: 'X-End: yes\r\n' }),
    TEXT,
  ),
  answer('until close', 'HTTP/1.0 200 OK\r\nContent-Type: text/html', TEXT, TEXT, false),
  compressed('gzip', gzip),
  compressed('deflate', zlib.deflateSync(TEXT)),
  compressed('br', zlib.brotliCompressSync(TEXT)),
  compressed('gzip, br', zlib.brotliCompressSync(gzip)),
  answer(
    'gzip in chunks',
    'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked',
    chunked(gzip, [3, 10]),
    TEXT,
  ),
  answer('no content', 'HTTP/1.1 204 No Content\r\nX-A: b', '', ''),
  answer('not modified', 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 10', '', ''),
  ...['HTTP/1.1 100 Continue\r\n\r\n', ''].map((interim) =>
    answer(
      `${interim}103 first`,
      `${interim}HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5`,
      'hello',
      'hello',
    ),
  ),
  answer(
    'many headers',
    'HTTP/1.1 404 Not Found\r\nSet-Cookie: a=b; Path=/\r\nSet-Cookie: c=d; Max-Age=5\r\nLink: <http://a/>; rel="next"\r\n' +
      'Retry-After: 1\r\nWWW-Authenticate: Digest realm="a", nonce="b"\r\nContent-Length: 2',
    'no',
    'no',
  ),
];
