import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

test.skipIf(!hasRedis)('a crawl over two workers is complete though one is killed', async () => {
  const { code, stderr, stdout, lines } = await runExample(['23-many-machines']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [killed, other] = [...stdout.matchAll(/^(?:killed in the middle|went on) +(\d+)$/gm)].map(([, n]) =>
    Number(n),
  );
  expect(killed).toBeGreaterThan(0);
  expect(other).toBeGreaterThan(killed ?? 0);
  expect((killed ?? 0) + (other ?? 0)).toBe(200);
  // How many the killed worker was at is a matter of luck.
  expect(lines.at(-1)).toMatch(/^200 pages of 200; (?:some|none) had to be asked for again$/);
});
