import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('each comes once, progress is counted, and a timeout tells who is late', async () => {
  const { code, stderr, lines } = await runExample(['06-as-completed-and-wait']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [first, ...rest] = lines;
  expect(first).toBe('as_completed:');
  expect(rest.splice(0, 3).sort()).toEqual(['  100 ms', '  150 ms', '  50 ms']);
  expect(rest).toEqual([
    ...[5, 10, 15, 20].map((done) => `  [${'#'.repeat(done).padEnd(20, '.')}] ${done}/20`),
    'as_completed with a timeout: 200',
    'TimeoutError: 1 (of 2) futures unfinished',
    'wait with a timeout: 1 done, 1 not done',
    'the quickest mirror: { seconds: 0.03 }',
    'FIRST_EXCEPTION: 2 done, 1 not done',
  ]);
});
