/**
 * The last step of `npm run docs`: every link of the site in docs/api leads to a page, and to a place on it; where there is a Chromium,
 * every page is laid out whole.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromiumPath, layoutFaults } from './site-layout.js';

/** The links that lead nowhere, as `page: link`. */
export function brokenLinks(site: string): string[] {
  const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.html'),
  );
  const html = new Map(
    pages.map((page) => [path.join(site, page), readFileSync(path.join(site, page), 'utf8')]),
  );
  const ids = new Map<string, Set<string>>();
  const idsOf = (file: string): Set<string> => {
    let known = ids.get(file);
    if (known === undefined) {
      known = new Set(
        Array.from(html.get(file)?.matchAll(/\sid="([^"]*)"/g) ?? [], ([, id = '']) => decode(id)),
      );
      ids.set(file, known);
    }
    return known;
  };
  const leadsSomewhere = (file: string, link: string): boolean => {
    // A file's name that Markdown took for a host.
    if (/^https?:\/\/[^/]*\.(?:md|js|ts|mjs|json|py)$/i.test(link)) return false;
    if (/^[a-z]+:/i.test(link) || link === '#') return true;
    const [target = '', anchor = ''] = decodeURI(link).split('#');
    const found = target === '' ? file : path.resolve(path.dirname(file), target);
    if (!existsSync(found) || !statSync(found).isFile()) return false;
    return anchor === '' || !html.has(found) || idsOf(found).has(decodeURIComponent(anchor));
  };

  const broken: string[] = [];
  for (const [file, text] of html) {
    const links = Array.from(text.matchAll(/\s(?:href|src)="([^"]*)"/g), ([, link = '']) => decode(link));
    for (const link of new Set(links)) {
      if (!leadsSomewhere(file, link)) broken.push(`${path.relative(site, file)}: ${link}`);
    }
  }
  return broken;
}

/** What every page has, of the pages that lack it. */
export function incompletePages(site: string): string[] {
  return readdirSync(site, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.html') && !readFileSync(path.join(site, name), 'utf8').includes('rel="icon"'),
  );
}

function decode(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const site = path.resolve('docs/api');
  const count = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.html'),
  ).length;
  const broken = brokenLinks(site);
  for (const link of broken) console.error(`a link that leads nowhere: ${link}`);
  const incomplete = incompletePages(site);
  for (const page of incomplete) console.error(`a page without an icon: ${page}`);
  const faults = chromiumPath === null ? [] : await layoutFaults(site);
  for (const fault of faults) console.error(fault);
  if (chromiumPath === null) console.log('no Chromium, so the layout is not checked');
  console.log(`${count} pages, ${broken.length} broken links, ${faults.length} faults of layout`);
  process.exitCode = broken.length + incomplete.length + faults.length === 0 && count > 0 ? 0 : 1;
}
