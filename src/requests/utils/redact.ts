/** Removes the credentials of a URL for use in a message; works on text that is no valid URL, too. */
export function withoutUserinfo(url: string): string {
  return url.includes('@') ? url.replace(/^((?:[^/?#@:]*:)?\/{0,2})[^/?#]*@/, '$1***@') : url;
}
