const START = /^(?:[a-z][a-z0-9+.-]*:\/{0,2}|\/\/)?/i;
const HOST_AND_PORT = /^(?:\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?$/;

/**
 * Replaces user and password in a URL, or in text that was meant as one, with `mask`. Where no `@` precedes the path and no
 * port follows the colon, the password has an unescaped `/`, `?` or `#`: everything up to the last `@` goes.
 */
export function withoutUserinfo(url: string, mask = '***@'): string {
  if (!url.includes('@')) return url;
  const start = START.exec(url)?.[0] ?? '';
  const rest = url.slice(start.length);
  const end = rest.search(/[/?#]/);
  const authority = end === -1 ? rest : rest.slice(0, end);
  const at = (isHostAndPort(authority) ? authority : rest).lastIndexOf('@');
  return at === -1 ? url : `${start}${mask}${rest.slice(at + 1)}`;
}

function isHostAndPort(authority: string): boolean {
  const match = HOST_AND_PORT.exec(authority.slice(authority.lastIndexOf('@') + 1));
  return match !== null && Number(match[1] ?? 0) <= 65_535;
}
