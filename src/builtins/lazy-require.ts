import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Loads a CommonJS dependency at its first use and not before: the tables of charsets, IDNA and public suffixes take
 * longer to load than most programs take to send their first request. Synchronous, unlike `import()`, because its users are.
 */
export function lazyRequire<T>(load: (require: NodeJS.Require) => T): () => T {
  let loaded: { value: T } | undefined;
  return () => (loaded ??= { value: load(require) }).value;
}
