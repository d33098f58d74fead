import { codes, requests } from 'requests-futures/blocking';

interface Entry {
  headers: Record<string, string>;
  body: unknown;
}

export class CachedClient {
  readonly session = new requests.Session();
  readonly cache = new Map<string, Entry>();

  /** The document, and whether it is news. */
  get(url: string): [document: unknown, changed: boolean] {
    const entry = this.cache.get(url);
    const response = this.session.get(url, { headers: entry?.headers ?? {}, timeout: 10 });
    if (response.status_code === codes.not_modified && entry !== undefined) return [entry.body, false];
    response.raise_for_status();
    const headers: Record<string, string> = {};
    if ('ETag' in response.headers) headers['If-None-Match'] = response.headers['ETag'];
    const modified = response.headers.get('last-modified');
    if (modified !== null) headers['If-Modified-Since'] = modified;
    const body = response.json();
    this.cache.set(url, { headers, body });
    return [body, true];
  }
}
