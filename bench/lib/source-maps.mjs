import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const maps = new Map();

/** Where a place of a built file comes from: `src/…`, and its line; null for what has no source map. Both count from 0. */
export function sourceOf(url, line, column) {
  if (!maps.has(url)) maps.set(url, read(`${fileURLToPath(url)}.map`));
  const entry = maps.get(url)?.findEntry(line, column);
  if (!entry?.originalSource) return null;
  return { file: entry.originalSource.replace(/^.*?(?=(?:src|workers)\/)/, ''), line: entry.originalLine };
}

function read(path) {
  return existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8'))) : null;
}
