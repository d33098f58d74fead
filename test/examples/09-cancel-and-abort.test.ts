import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('what is queued is cancelled, what is on the wire is aborted, and the server sees its client hang up', async () => {
  const { code, stderr, lines } = await runExample(['09-cancel-and-abort']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(lines).toEqual([
    'cancel() says  false false true true true true',
    '               4 cancelled, the server got 2',
    'abort()        running: AbortError - the user closed the window',
    '               queued:  CancelledError - the user closed the window',
    '               the server saw 2 clients hang up',
    'signal         AbortError AbortError CancelledError CancelledError',
    expect.stringMatching(/^search {9}found by number 3, \d others stopped$/),
    'close          98 of 100 cancelled, the 2 on the wire were awaited',
  ]);
});
