import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { brokenLinks } from './check-site.js';

let site = '';
afterEach(() => {
  rmSync(site, { recursive: true });
});

test('links to missing pages, pictures and places are found, others are left alone', () => {
  site = mkdtempSync(path.join(tmpdir(), 'site-'));
  mkdirSync(path.join(site, 'sub'));
  writeFileSync(
    path.join(site, 'index.html'),
    '<a href="sub/page.html#a&amp;b"></a> <a href="#top" id="top"></a> <a href="https://example.org/x"></a>' +
      '<a href="sub/none.html"></a> <a href="sub/page.html#c"></a> <img src="none.png"> <a href="sub"></a>',
  );
  writeFileSync(
    path.join(site, 'sub/page.html'),
    '<h1 id="a&amp;b"></h1> <a href="../index.html"></a> <a href="#no"></a>',
  );
  expect(brokenLinks(site).sort()).toEqual([
    'index.html: none.png',
    'index.html: sub',
    'index.html: sub/none.html',
    'index.html: sub/page.html#c',
    'sub/page.html: #no',
  ]);
});
