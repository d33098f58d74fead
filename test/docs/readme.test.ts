import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('the README is read in less than three minutes', () => {
  const prose = readFileSync('README.md', 'utf8')
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(/<!--.*?-->|^\|.*$/gm, '')
    .split(/\s+/);
  expect(prose.length).toBeGreaterThan(300);
  expect(prose.length).toBeLessThan(720);
});
