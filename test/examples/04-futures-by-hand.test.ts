import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('two of four calls run, the cancelled one is never sent, and each outcome is seen', async () => {
  const { code, stderr, lines } = await runExample(['04-futures-by-hand']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const states = (line: string | undefined): string[] =>
    [...String(line).matchAll(/state=([^>]+)/g)].map((match) => String(match[1]));
  expect(states(lines[0])).toEqual(['running', 'running', 'pending', 'pending']);
  expect(states(lines.find((line) => line.startsWith('at the end')))).toEqual([
    'finished returned string',
    'finished raised HTTPError',
    'finished returned string',
    'cancelled',
  ]);
  for (const line of [
    'the executor   2 running, 2 queued',
    'cancel         queued: true running: false',
    'result(0.01)   TimeoutError; done: false',
    'callback       quick says quick',
    'exception()    HTTPError - 404 Client Error: Not Found for url: /missing',
    'result()       CancelledError of the one that was cancelled',
    "await          [ 'quick', 'slow' ]",
    'afterwards     RuntimeError: cannot schedule new futures after shutdown',
    'the server saw 3 requests, never more than 2 at once',
  ]) {
    expect(lines).toContain(line);
  }
});
