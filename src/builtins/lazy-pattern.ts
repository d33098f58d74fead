/**
 * A regular expression compiled on first use: `lazyPattern(String.raw`^\p{L}+$`, 'u')`. For patterns with Unicode properties
 * (`\p{…}`): V8 looks up all their characters when it parses the literal, used or not. The nine of this
 * package took a fifth of its import time, node-fetch not counted.
 */
export function lazyPattern(source: string, flags: string): () => RegExp {
  let pattern: RegExp | undefined;
  return () => (pattern ??= new RegExp(source, flags));
}
