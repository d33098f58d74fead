import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { brokenLinks, incompletePages } from './check-site.js';
import { chromiumPath, layoutFaults } from './site-layout.js';

let site = '';
beforeEach(() => {
  site = mkdtempSync(path.join(tmpdir(), 'site-'));
});
afterEach(() => {
  rmSync(site, { recursive: true });
});

test('links to missing pages, pictures and places are found, others are left alone', () => {
  mkdirSync(path.join(site, 'sub'));
  writeFileSync(
    path.join(site, 'index.html'),
    '<a href="sub/page.html#a&amp;b"></a> <a href="#top" id="top"></a> <a href="https://example.org/x"></a>' +
      '<a href="sub/none.html"></a> <a href="sub/page.html#c"></a> <img src="none.png"> <a href="sub"></a>' +
      '<a href="http://CONTRIBUTING.md"></a> <a href="https://example.md/page"></a>',
  );
  writeFileSync(
    path.join(site, 'sub/page.html'),
    '<h1 id="a&amp;b"></h1> <a href="../index.html"></a> <a href="#no"></a>',
  );
  expect(brokenLinks(site).sort()).toEqual([
    'index.html: http://CONTRIBUTING.md',
    'index.html: none.png',
    'index.html: sub',
    'index.html: sub/none.html',
    'index.html: sub/page.html#c',
    'sub/page.html: #no',
  ]);
});

test('a page without an icon is found', () => {
  writeFileSync(path.join(site, 'with.html'), '<link rel="icon" href="x.svg"/>');
  writeFileSync(path.join(site, 'without.html'), '<p>');
  expect(incompletePages(site)).toEqual(['without.html']);
});

/** A page with a table of three columns, of which the first two have long identifiers, and a picture of bars. */
function page(style: string, bars: number, entry = 'requests'): string {
  const cell = `<td><code>remove_headers_on_redirect, respect_retry_after_header</code></td>`;
  return `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="site.css"><style>${style}</style>
    <div class="site-menu" style="width: 100px"><details><a>${entry}</a></details></div>
    <div class="col-content tsd-typography" style="width: 766px; font-family: monospace">
      <table><tr>${cell}${cell}<td>${'many words of prose '.repeat(20)}</td></tr></table>
      <pre>${'█'.repeat(bars)}</pre>
    </div>`;
}

test.skipIf(chromiumPath === null)(
  'identifiers that are broken, and bars and entries of the menu that are cut off, are found',
  async () => {
    copyFileSync('docs/site.css', path.join(site, 'site.css'));
    writeFileSync(path.join(site, 'whole.html'), page('', 40));
    writeFileSync(
      path.join(site, 'broken.html'),
      page('.tsd-typography td code { overflow-wrap: anywhere; font-size: 2rem; }', 400, 'a'.repeat(40)),
    );
    const faults = await layoutFaults(site);
    expect(faults).toContain('broken.html: bars are cut off');
    expect(faults).toContain(`broken.html: '${'a'.repeat(40)}' is cut off in the menu`);
    expect(faults.some((fault) => /^broken\.html: '\w+' is broken over \d lines$/.test(fault))).toBe(true);
    expect(faults.filter((fault) => !fault.startsWith('broken.html'))).toEqual([]);
  },
);
