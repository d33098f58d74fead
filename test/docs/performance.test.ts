/** README and guides quote what the benchmark wrote; `UPDATE_DOCS=1 npx vitest run test/docs` copies it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { performanceSection, threadsSection } from './performance.js';

const marked = /(?<=<!-- bench\/results\/latest\.md -->\n\n)[^]*?(?=\n<!-- -->)/;
const results = readFileSync('bench/results/latest.md', 'utf8');

test.each([
  ['README.md', performanceSection],
  ['docs/worker-threads.md', threadsSection],
])('the figures of %s are those of the last benchmark', (path, sectionOf) => {
  const section = sectionOf(results);
  let page = readFileSync(path, 'utf8');
  if (process.env['UPDATE_DOCS'] !== undefined) {
    page = page.replace(marked, () => section);
    writeFileSync(path, page);
  }
  expect(marked.exec(page)?.[0], 'UPDATE_DOCS=1 npx vitest run test/docs copies them').toBe(section);
});

test('the page of results and its raw data are of the same runs', () => {
  const raw = JSON.parse(readFileSync('bench/results/latest.json', 'utf8')) as {
    results: { name: string; title: string; date: string; rounds: number; machine: string }[];
  };
  const headings = [...results.matchAll(/^### (.*)\n\n(.*)$/gm)].map(([, heading, when]) => [heading, when]);
  expect(headings).toEqual(
    raw.results.map(({ name, title, date, rounds, machine }) => [
      `${name}: ${title}`,
      `${date}, ${rounds} interleaved rounds, median [min-max]. ${machine}`,
    ]),
  );
});

test('results without one of the figures are noticed', () => {
  expect(() => performanceSection(results.replace('| axios |', '| other |'))).toThrow('of axios in small-10');
});
