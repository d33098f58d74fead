/** Links between the pages of this repository. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { handwrittenPages, headingIds, linksOf } from './markdown.js';

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...handwrittenPages()];

test.each(pages)('every link in %s leads somewhere', (page) => {
  const broken = linksOf(readFileSync(page, 'utf8')).filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [target = '', anchor] = link.split('#');
    const file = target === '' ? page : path.posix.join(path.posix.dirname(page), decodeURI(target));
    if (!existsSync(file)) return true;
    return anchor !== undefined && !headingIds(readFileSync(file, 'utf8')).has(anchor);
  });
  expect(broken).toEqual([]);
});

test('a link to nowhere is noticed', () => {
  const text =
    '# A B: `c_d`\n\n# A B: `c_d`\n\n[x](#a-b-c_d) `[code](nowhere.md)`\n\n```\n[y](z.md)\n```\n\n[w]: v.md\n';
  expect(linksOf(text)).toEqual(['#a-b-c_d', 'v.md']);
  expect([...headingIds(text)]).toEqual(['a-b-c_d', 'a-b-c_d-1']);
});

/** They are read in the repository. */
const FOR_CONTRIBUTORS = ['docs/life-of-a-request.md', 'docs/rules.md'];

test('the site has every page for users, in an order of its own', () => {
  const config = readFileSync('typedoc.json', 'utf8');
  const forUsers = pages.filter((page) => page.startsWith('docs/') && !FOR_CONTRIBUTORS.includes(page));
  const porting = readFileSync('docs/porting.md', 'utf8');
  const missing = forUsers.filter(
    (page) =>
      !config.includes(`"${page}"`) && !porting.includes(`\n  - ${path.posix.relative('docs', page)}\n`),
  );
  expect(
    missing,
    'name it among the projectDocuments of typedoc.json, or the children of docs/porting.md',
  ).toEqual([]);
});
