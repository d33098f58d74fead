import { expect, test } from 'vitest';
import { runExample } from './run-example.js';

test('promises have no limit, a semaphore has one, and futures can also call off the rest', async () => {
  const { code, stderr, stdout } = await runExample(['16-gather']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const rows = [...stdout.matchAll(/^(\S.*?) {2,}(\d+) +(\d+) +(\d+) +(\d+)$/gm)];
  const numbers = rows.map((row) => row.slice(2).map(Number));
  expect(numbers.slice(0, 4)).toEqual([
    [59, 1, 59, 59],
    [59, 1, 59, 10],
    [59, 1, 59, 59],
    [59, 1, 59, 10],
  ]);
  const [fine, failed, sent, atOnce] = numbers[4] as [number, number, number, number];
  expect(failed).toBe(1);
  expect(fine).toBeLessThan(59);
  expect(sent).toBeLessThan(40);
  expect(atOnce).toBe(10);
});
