import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

// On a busy machine a timer of the server may run before it has read all that was written at once.
test('pipelined requests share connections, wait behind a slow answer, and are never POST', {
  retry: 3,
}, async () => {
  const { code, stderr, stdout } = await runExample(['17-pipelining']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const rows = [...stdout.matchAll(/^(\S.*?) {2,}(\d+) +(\d+) +(\d+) +[\d.]+ x$/gm)];
  expect(rows.map((row) => [row[1], ...row.slice(2).map(Number)])).toEqual([
    ['far, one at a time', 40, 2, 1],
    ['far, pipelining: 10', 40, 2, 10],
    ['one is slow, pipelining: 20', 40, 2, 20],
    ['one is slow, one at a time', 40, 2, 1],
    ['POST, pipelining: 10', 40, 2, 1],
  ]);
  const [behind, beside] = [...stdout.matchAll(/: (\d+) answers were there before/g)].map((match) =>
    Number(match[1]),
  );
  expect(behind).toBeLessThanOrEqual(20);
  expect(beside).toBeGreaterThanOrEqual(behind ?? NaN);
});
