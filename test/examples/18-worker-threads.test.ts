import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('a hook gives the same answers in worker threads as in the main thread', async () => {
  const { code, stderr, stdout, lines } = await runExample(['18-worker-threads']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const rows = [...stdout.matchAll(/^(\S.*?) {2,}(\d+) +\d+ +\d+$/gm)];
  expect(rows.map(([, name, answers]) => [name, Number(answers)])).toEqual([
    ['in-thread', 60],
    ['2 worker threads', 60],
  ]);
  expect(lines).toContain('the answers agree: yes');
  expect(lines).toContain('each: 12000 rows, median price 50');
  expect(lines.at(-2)).toMatch(/^longest pause, in-thread to threads: \d+\.\d times$/);
  expect(lines.at(-1)).toMatch(/^requests per second, threads to in-thread: \d+\.\d$/);
});
