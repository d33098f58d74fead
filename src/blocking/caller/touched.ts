import type { Response } from '../../requests/index.js';
import type { Touched } from '../wire/protocol.js';
import type { Link } from './gateway.js';

/** The changes that the caller's code has made to responses, which affect redirects. */
export function touchedOf(link: Link, responses: readonly Response[]): Touched[] {
  const touched: Touched[] = [];
  for (const response of responses) {
    const id = link.responses.idOf(response);
    if (id === undefined) continue;
    // Headers that were not read cannot have changed.
    const headers = response._headers === null ? null : response.headers.items();
    touched.push([id, response.status_code, response.url, headers]);
  }
  return touched;
}
