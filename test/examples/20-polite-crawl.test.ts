import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('no host gets more in a second than allowed, a pause is seen, and the silent host holds up no other', async () => {
  const { code, stderr, lines } = await runExample(['20-polite-crawl']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(lines.filter((line) => line.startsWith('48 of 48 pages'))).toHaveLength(1);
  const most = lines.flatMap(
    (line) => /^(\w+) +most starts in any second: (\d+) of 10$/.exec(line)?.slice(1) ?? [],
  );
  expect(most.filter((_, i) => i % 2 === 0)).toEqual(['fast', 'busy', 'silent']);
  for (const count of most.filter((_, i) => i % 2 === 1)) expect(Number(count)).toBeLessThanOrEqual(10);
  expect(lines.find((line) => line.startsWith('silent'))).toMatch(/ 22 waiting, 2 under way$/);
  // A second without a start.
  expect(lines.find((line) => line.startsWith('busy'))).toMatch(/\d\.{8}/);
});
