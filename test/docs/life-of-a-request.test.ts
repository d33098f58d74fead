/** The page on the life of a request names the files that requests enter; `UPDATE_DOCS=1 npx vitest run test/docs` updates it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { filesByHeading, lifePage, sentencesOf } from '../../scripts/path/life-page.js';
import { canMeasurePaths, measurePaths } from '../../scripts/path/measure.js';

const PAGE = 'docs/life-of-a-request.md';

test.skipIf(!canMeasurePaths)(
  'every file that a request enters is on the page, and no other',
  () => {
    const page = readFileSync(PAGE, 'utf8');
    const fresh = lifePage(measurePaths(), sentencesOf(page));
    if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(PAGE, fresh);
    const now = readFileSync(PAGE, 'utf8');
    expect(filesByHeading(now), 'UPDATE_DOCS=1 npx vitest run test/docs updates it').toEqual(
      filesByHeading(fresh),
    );
    // Five programs run for it, one after the other.
  },
  300_000,
);

test('every file on the page has its sentence', () => {
  const bare = readFileSync(PAGE, 'utf8')
    .split('\n')
    .filter((line) => /^\d+\. `[^`]+`:?$/.test(line));
  expect(bare).toEqual([]);
});

test('the page of other ways keeps the sentences by file, and names what a way leaves out', () => {
  const way = (name: string, ...files: string[]) => ({
    name,
    sides: [files.map((file) => ({ file, line: 1, name: 'f' }))],
  });
  const ways = [way('get over HTTPAdapter', 'a.ts', 'b.ts'), way('get over UndiciAdapter', 'a.ts', 'c.ts')];
  const page = lifePage(ways, sentencesOf('7. `c.ts`: Third.\n1. `a.ts`: First.\n'));
  expect(page).toContain('1. `a.ts`: First.\n2. `b.ts`:\n');
  expect(page).toContain('1. `c.ts`: Third.\n\nIt does not enter:\n\n- `b.ts`\n');
  expect(filesByHeading(page)['Over UndiciAdapter']).toEqual({ entered: ['c.ts'], not: ['b.ts'] });
});
