const SCHEME_AND_SLASHES = /^(?:[a-z][a-z0-9+.-]*:)?\/{0,2}/i;

/**
 * Removes the credentials of a URL for use in a message; works on text that is no valid URL, too. After `user:` all up to
 * the last `@` goes: a `/` or `#` that somebody forgot to escape in a password is often why the URL is refused.
 */
export function withoutUserinfo(url: string): string {
  if (!url.includes('@')) return url;
  const start = SCHEME_AND_SLASHES.exec(url)?.[0] ?? '';
  const rest = url.slice(start.length);
  const end = rest.search(/[/?#]/);
  const authority = end === -1 ? rest : rest.slice(0, end);
  const at = (authority.includes(':') ? rest : authority).lastIndexOf('@');
  return at === -1 ? url : `${start}***${rest.slice(at)}`;
}
