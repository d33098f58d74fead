import { repr, typeName } from '../../builtins/index.js';
import { MissingSchema } from '../exceptions/requests.js';
import { withoutUserinfo } from './redact.js';

/** A scheme and an authority. */
const ABSOLUTE = /^\s*[a-z][a-z0-9+.-]*:\/\//i;

/**
 * `url` behind `base`, unless it has a scheme and a host of its own. It is appended, not resolved: a leading slash means the same as none.
 * @throws TypeError for a base that is not text, MissingSchema for one without a scheme and a host
 */
export function joinBase<U extends string | URL | Uint8Array>(base: string, url: U): U | string {
  if (typeof base !== 'string') {
    throw new TypeError(`base_url must be text, 'https://example.com/api', or null, got ${typeName(base)}`);
  }
  if (typeof url !== 'string' || ABSOLUTE.test(url) || base === '') return url;
  if (!ABSOLUTE.test(base)) {
    const shown = withoutUserinfo(base);
    const meant = shown.startsWith('/') ? '' : ` Perhaps you meant https://${shown}?`;
    throw new MissingSchema(`Invalid base_url ${repr(shown)}: No scheme supplied.${meant}`);
  }
  const query = base.search(/[?#]/);
  const path = query === -1 ? base : base.slice(0, query);
  return `${path.replace(/\/*$/, '')}/${url.replace(/^\/+/, '')}`;
}
