/** The headers that every session begins with. */
import * as zlib from 'node:zlib';
import { CaseInsensitiveDict } from '../structures/case-insensitive-dict.js';
import { VERSION } from '../version.js';

/** The content codings that this runtime can decode, as `Accept-Encoding` lists them. */
export const DEFAULT_ACCEPT_ENCODING: string =
  // Node has zstd since 22.15; the declarations are those of an older one.
  'createZstdDecompress' in zlib ? 'gzip, deflate, br, zstd' : 'gzip, deflate, br';

/** `name/version`, with the version of this package. */
export function default_user_agent(name = 'requests-futures'): string {
  return `${name}/${VERSION}`;
}

/** A fresh dictionary with the default headers: User-Agent, Accept-Encoding, Accept, Connection. */
export function default_headers(): CaseInsensitiveDict {
  return new CaseInsensitiveDict({
    'User-Agent': default_user_agent(),
    'Accept-Encoding': DEFAULT_ACCEPT_ENCODING,
    Accept: '*/*',
    Connection: 'keep-alive',
  });
}
