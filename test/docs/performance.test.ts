/** The README quotes what the benchmark wrote; `UPDATE_DOCS=1 npx vitest run test/docs` copies it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { performanceSection } from './performance.js';

const marked = /(?<=<!-- bench\/results\/latest\.md -->\n\n)[^]*?(?=\n<!-- -->)/;
const results = readFileSync('bench/results/latest.md', 'utf8');

test('the figures of the README are those of the last benchmark', () => {
  const section = performanceSection(results);
  let readme = readFileSync('README.md', 'utf8');
  if (process.env['UPDATE_DOCS'] !== undefined) {
    readme = readme.replace(marked, () => section);
    writeFileSync('README.md', readme);
  }
  expect(marked.exec(readme)?.[0], 'UPDATE_DOCS=1 npx vitest run test/docs copies them').toBe(section);
});

test('the page of results and its raw data are of the same runs', () => {
  const raw = JSON.parse(readFileSync('bench/results/latest.json', 'utf8')) as {
    machine: string;
    results: { name: string; title: string }[];
  };
  expect(results.startsWith(raw.machine)).toBe(true);
  const headings = [...results.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(raw.results.map(({ name, title }) => `${name}: ${title}`));
});

test('results without one of the figures are noticed', () => {
  expect(() => performanceSection(results.replace('| axios |', '| other |'))).toThrow('of axios in small-10');
});
