import { typeName } from '../../builtins/index.js';

/** A scheme and an authority. */
const ABSOLUTE = /^\s*[a-z][a-z0-9+.-]*:\/\//i;

/** `url` behind `base`, unless it has a scheme and a host of its own. It is appended, not resolved: a leading slash means the same as none. */
export function joinBase<U extends string | URL | Uint8Array>(base: string, url: U): U | string {
  if (typeof base !== 'string') {
    throw new TypeError(`base_url must be text, 'https://example.com/api', or null, got ${typeName(base)}`);
  }
  if (typeof url !== 'string' || ABSOLUTE.test(url)) return url;
  const query = base.search(/[?#]/);
  const path = query === -1 ? base : base.slice(0, query);
  return `${path.replace(/\/*$/, '')}/${url.replace(/^\/+/, '')}`;
}
