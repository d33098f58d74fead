/** `node --insecure-http-parser` holds for the requests of HTTPAdapter. */
import { expect, test } from 'vitest';
import { runNode } from '../helpers/child.js';
import { answering, startRawServer } from '../helpers/servers/raw-server.js';

const PROGRAM = `
  import { get } from 'requests-futures/requests';
  const { text } = await get(process.argv[1]);
  console.log(text);
`;

test('heads that Node refuses are read with --insecure-http-parser, and refused without', async () => {
  await using server = await startRawServer(
    answering(
      'HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    ),
  );
  const args = ['--input-type=module', '--eval', PROGRAM, server.url];
  const [lenient, strict] = await Promise.all([runNode(['--insecure-http-parser', ...args]), runNode(args)]);
  expect(lenient.stdout).toBe('hello\n');
  expect(strict.code).toBe(1);
});
