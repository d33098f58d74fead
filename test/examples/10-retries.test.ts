import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('retries follow the rules for statuses, methods, Retry-After and broken connections', async () => {
  const { code, stderr, lines } = await runExample(['10-retries']);
  expect(code).toBe(0);
  expect(lines).toEqual([
    'flaky:       200 fine at attempt 4',
    expect.stringMatching(/^ +pauses of 0\.\d, \d\.\d, \d\.\d s$/),
    'broken:      RetryError after 4 attempts',
    expect.stringMatching(/^busy: {8}200 after 2 attempts and [1-9] s of Retry-After$/),
    'POST:        503 after 1 attempt',
    'POST:        200 after 2 attempts, as POST is allowed',
    'hanging up:  ConnectionError after 3 connections',
  ]);
  // urllib3 logs each retry, and is silent until somebody sets a logger.
  expect(stderr).toBe('');
});
