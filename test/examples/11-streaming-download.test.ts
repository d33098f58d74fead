import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('large files arrive intact, two at a time, and are never in memory as a whole', async () => {
  const { code, stderr, lines } = await runExample(['11-streaming-download']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const name of ['one', 'two', 'three']) {
    const progress = lines.filter((line) => line.startsWith(`  ${name} `));
    expect(progress).toEqual([25, 50, 75, 100].map((percent) => `  ${name} ${percent} %`));
    expect(lines).toContain(`${name}: 67108864 bytes, intact`);
  }
  expect(lines).toContain('never more than 2 downloads at once');
  expect(lines).toContain('bytes held in memory: less than the files under way');
  expect(lines.at(-1)).toMatch(/^ResponseTooLarge: .*1048576 bytes/);
});
