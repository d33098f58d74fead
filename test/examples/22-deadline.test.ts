import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('each request ends by its deadline, and tells in which phase', async () => {
  const { code, stderr, lines } = await runExample(['22-deadline']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(lines).toEqual([
    'quick  quick',
    'drip   DeadlineExceeded while reading the body, a Timeout',
    'silent DeadlineExceeded while waiting for the response, a Timeout',
    'busy   DeadlineExceeded while pausing before a retry, a Timeout',
  ]);
});
