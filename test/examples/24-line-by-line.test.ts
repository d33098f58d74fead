import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('the article runs line by line, without one await', async () => {
  const { code, stderr, stdout } = await runExample(['24-line-by-line']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const rows = [...stdout.matchAll(/^(\S.*?) {2,}(\d+) +([\d.]+)$/gm)].map((row) => [row[1], Number(row[2])]);
  expect(rows).toEqual([
    ['requests.get, one after the other', 6],
    ['Session, one after the other', 6],
    ['ThreadPoolExecutor and a function', 6],
    ['FuturesSession', 6],
    ['FuturesSession, as_completed and a hook', 6],
  ]);
  const source = readFileSync('examples/24-line-by-line.ts', 'utf8').replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '');
  expect(source).not.toMatch(/\bawait\b|\basync\b|\bPromise\b/);
});
