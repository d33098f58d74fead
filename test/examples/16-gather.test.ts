import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('promises have no limit, a semaphore has one, and futures can also call off the rest', async () => {
  const { code, stderr, stdout } = await runExample(['16-gather']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const rows = [...stdout.matchAll(/^(\S.*?) {2,}(\d+) +(\d+) +(\d+) +(\d+)$/gm)];
  const numbers = rows.map((row) => row.slice(2).map(Number));
  expect(numbers).toHaveLength(5);
  for (const row of numbers.slice(0, 4)) expect(row.slice(0, 3)).toEqual([59, 1, 59]);
  const [fetched, limited, sentBySession, queued] = numbers.map((row) => row[3]);
  expect([limited, queued]).toEqual([10, 10]);
  // How many of the sixty meet on the server is up to the machine.
  expect(fetched).toBeGreaterThan(10);
  expect(sentBySession).toBeGreaterThan(10);
  const [fine, failed, sent, atOnce] = numbers[4] as [number, number, number, number];
  expect(failed).toBe(1);
  expect(fine).toBeLessThan(59);
  expect(sent).toBeLessThan(59);
  expect(atOnce).toBe(10);
});
