/** The little that the tests need to know of Markdown. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

/** The pages of `docs` that are written by hand, as `docs/errors.md`, below `root`. */
export function handwrittenPages(root = '.'): string[] {
  return ['docs', 'docs/porting'].flatMap((folder) =>
    readdirSync(path.join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`)
      .sort(),
  );
}

/** Where the links lead: `[text](here)`, `[name]: here`. Those in code are none. */
export function linksOf(markdown: string): string[] {
  const text = withoutListings(markdown).replaceAll(/`[^`\n]*`/g, '');
  const inline = [...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)];
  const references = [...text.matchAll(/^\[[^\]]+\]:\s+(\S+)/gm)];
  return [...inline, ...references].map(([, link = '']) => link);
}

/** What can stand after a `#`: the headings as GitHub makes anchors of them. */
export function headingIds(markdown: string): Set<string> {
  const ids = new Set<string>();
  for (const [, heading = ''] of withoutListings(markdown).matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .trim()
      .toLowerCase();
    const id = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
    let unique = id;
    for (let i = 1; ids.has(unique); i += 1) unique = `${id}-${i}`;
    ids.add(unique);
  }
  return ids;
}

function withoutListings(markdown: string): string {
  return markdown.replaceAll(/^(```+).*?^\1$/gms, '');
}
