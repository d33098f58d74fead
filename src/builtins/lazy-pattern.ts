/**
 * A regular expression that is made at its first use: `lazyPattern(String.raw`^\p{L}+$`, 'u')`. For those with Unicode properties
 * (`\p{…}`): V8 looks up all their characters as soon as it parses a literal, wherever it stands and used or not. The nine of this
 * package were a fifth of what it took to import it beside node-fetch.
 */
export function lazyPattern(source: string, flags: string): () => RegExp {
  let pattern: RegExp | undefined;
  return () => (pattern ??= new RegExp(source, flags));
}
