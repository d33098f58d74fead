/** What a request without limits pays for them. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { filesByHeading } from '../../scripts/path/life-page.js';

test('without limits, a request enters no file of theirs', () => {
  // Another test sees to it that the page names every file that a request enters.
  const page = readFileSync('docs/life-of-a-request.md', 'utf8');
  const entered = Object.values(filesByHeading(page)).flatMap((files) => files.entered);
  expect(entered.length).toBeGreaterThan(40);
  expect(entered.filter((file) => /\/limits\/|\/limiter\//.test(file))).toEqual([]);
});
