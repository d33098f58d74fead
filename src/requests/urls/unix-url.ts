/** URLs of UNIX sockets, as requests-unixsocket has them: `http+unix://%2Frun%2Fapp.sock/path`. */
import { urljoin } from './url-split.js';

/** How their scheme is written. */
export const UNIX_SCHEME = 'http+unix';

/** How they are written, for messages. */
export const UNIX_HINT =
  ' (the path of the socket stands in place of the host, http+unix://%2Frun%2Fapp.sock/)';

const PREFIX = /^http\+unix:\/\//i;

/** Whether a URL leads to a UNIX socket. */
export function isUnixUrl(url: string): boolean {
  return PREFIX.test(url);
}

/** {@link urljoin}, which as in Python does not join on URLs of such a scheme. */
export function joinUnix(base: string, location: string): string {
  if (!isUnixUrl(base)) return urljoin(base, location);
  const joined = urljoin(base.replace(PREFIX, 'http://'), location);
  return joined.replace(/^http:/, `${UNIX_SCHEME}:`);
}
