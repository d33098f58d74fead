/** Answers that break the rules of HTTP/1.1, and what the `requests` of Python makes of each: its body, or an exception. */

/** One of them. */
export interface MalformedAnswer {
  /** As it stands in the guide. */
  readonly name: string;
  /** Latin-1; the server ends the connection behind it. */
  readonly bytes: string;
  /** A body in quotes, or the name of an exception. */
  readonly python: string;
}

const chunked = (body: string, ...headers: readonly string[]): string =>
  ['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', ...headers, '', body].join('\r\n');
const plain = (...headers: readonly string[]): string =>
  ['HTTP/1.1 200 OK', ...headers, '', 'hello'].join('\r\n');
const hello = (name: string, bytes: string): MalformedAnswer => ({ name, bytes, python: "'hello'" });

export const MALFORMED: readonly MalformedAnswer[] = [
  hello('lines that end in a bare line feed', 'HTTP/1.1 200 OK\nX-A: b\nContent-Length: 5\n\nhello'),
  hello('a folded line', plain('X-A: b', ' c', 'Content-Length: 5')),
  hello('control characters in a value', plain('X-A: b\x01c', 'Content-Length: 5')),
  hello('a control character in a name', plain('X\x01A: b', 'Content-Length: 5')),
  hello('a space before the colon', plain('X-A : b', 'Content-Length: 5')),
  hello('a line without a colon', plain('what is this', 'Content-Length: 5')),
  hello('a carriage return in a value', plain('X-A: b\rc', 'Content-Length: 5')),
  hello('the same Content-Length twice', plain('Content-Length: 5', 'Content-Length: 5')),
  hello('a Content-Length of `5, 5`', plain('Content-Length: 5, 5')),
  {
    name: 'two that differ',
    bytes: plain('Content-Length: 5', 'Content-Length: 4'),
    python: 'InvalidHeader',
  },
  hello('a Content-Length that is no number', plain('Content-Length: five')),
  hello('Content-Length beside chunks', chunked('5\r\nhello\r\n0\r\n\r\n', 'Content-Length: 3')),
  hello('`Transfer-Encoding: identity`', plain('Transfer-Encoding: identity')),
  hello('the same and Content-Length', plain('Transfer-Encoding: identity', 'Content-Length: 5')),
  hello('blanks after a chunk size', chunked('5  \r\nhello\r\n0\r\n\r\n')),
  hello('blanks before a chunk size', chunked('  5\r\nhello\r\n0\r\n\r\n')),
  {
    name: 'a chunk without its CRLF',
    bytes: chunked('5\r\nhello0\r\n\r\n'),
    python: 'ChunkedEncodingError',
  },
  hello('a last chunk without its CRLF', chunked('5\r\nhello\r\n0\r\n')),
  hello('HTTP/1.2', 'HTTP/1.2 200 OK\r\nContent-Length: 5\r\n\r\nhello'),
];
