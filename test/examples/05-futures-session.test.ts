import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('the executor, whoever made it, decides how many requests the server sees at once', async () => {
  const { code, stderr, stdout } = await runExample(['05-futures-session']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const rows = [...stdout.matchAll(/^(\S.*?) +(\d+) +(\d+)$/gm)];
  // Where nothing holds them up, how many meet on the server is up to the machine.
  const many = expect.toSatisfy((count: number) => count > 12 && count <= 24) as number;
  expect(rows.map(([, name, answers, atOnce]) => [name, Number(answers), Number(atOnce)])).toEqual([
    ['max_workers: 2', 24, 2],
    ['max_workers: 8', 24, 8],
    ['max_workers: 24', 24, many],
    ['two sessions, one executor of 4', 24, 4],
    ['an executor without a limit', 24, many],
    ['a subclass, 3 workers', 24, 3],
    ['through a session that signs', 24, 6],
  ]);
  expect(stdout).toContain('the session that signs and the subclass: 24, 24, 24\n');
});
