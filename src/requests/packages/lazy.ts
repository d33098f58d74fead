/**
 * Dependencies that are loaded at their first use: the tables of charsets, IDNA and public suffixes take longer to load than
 * most programs take to send their first request. Synchronous, unlike `import()`, because their users are. Bundlers do not
 * see what is loaded in this way; they get `bundled.ts`, by the `imports` of package.json.
 */
import { createRequire } from 'node:module';
import type * as IconvLite from 'iconv-lite';
import type * as ToughCookie from 'tough-cookie';
import type { Tr46 } from './tr46.js';

const require = createRequire(import.meta.url);

function lazily<T>(load: () => T): () => T {
  let loaded: { value: T } | undefined;
  return () => (loaded ??= { value: load() }).value;
}

export const iconv: () => typeof IconvLite = lazily(() => require('iconv-lite') as typeof IconvLite);
export const tough: () => typeof ToughCookie = lazily(() => require('tough-cookie') as typeof ToughCookie);
export const tr46: () => Tr46 = lazily(() => require('tr46') as Tr46);
