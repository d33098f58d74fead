import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('a crawl reads its URLs a little ahead, leaves when it has enough, and keeps nothing alive', async () => {
  const { code, stderr, stdout, lines } = await runExample(['15-bounded-crawl', '4000']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(lines).toContain('200: 3600, 404: 400');
  expect(lines).toContain('URLs made: 4064 of 1000000; never more than 64 ahead of the results');
  const atOnce = Number(/^at once on the server: (\d+)$/m.exec(stdout)?.[1]);
  expect(atOnce).toBeGreaterThan(1);
  expect(atOnce).toBeLessThanOrEqual(32);
  const progress = [
    ...stdout.matchAll(/^ *(\d+) pages, .* text seen; ([\d.]+) MiB alive, \d+ MiB resident$/gm),
  ];
  expect(progress.map(([, pages]) => Number(pages))).toEqual([800, 1600, 2400, 3200, 4000]);
  const alive = progress.map((line) => Number(line[2]));
  // Had the texts of the last three thousand pages been kept, it would be 5 MiB more, the responses with them far more.
  expect((alive[4] ?? Infinity) - (alive[0] ?? 0)).toBeLessThan(4);
  expect(lines.at(-1)).toBe('from an async generator: 1400, 14000, 140000');
});
