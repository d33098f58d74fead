/** The HTTP side of limits: the host of a request, and the backoff that a response calls for. */
import type { Limits } from '../../limits/index.js';

/** The key of a URL's host: scheme, host and port; null for a URL that has none. */
export function hostKey(url: string): string | null {
  const { protocol = '', host = '' } = URL.canParse(url) ? new URL(url) : {};
  return host === '' ? null : `${protocol}//${host}`;
}

/** The backoff that a response's status calls for, in seconds (null if it gives none); null for no backoff. */
export function refusalOf(
  status: number,
  retryAfter: () => string | null | undefined,
  { statuses }: Pick<Limits, 'statuses'>,
): { seconds: number | null } | null {
  if (!statuses.has(status)) return null;
  const value = retryAfter()?.trim() ?? '';
  if (/^[0-9]+$/.test(value)) return { seconds: Number(value) };
  const at = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return { seconds: Number.isNaN(at) ? null : Math.max(0, (at - Date.now()) / 1000) };
}
