/** What limits have to do with HTTP: which host a request is for, and what an answer asks for. */
import type { Limits } from '../../limits/index.js';

/** The key of a URL's host: scheme, host and port; null for a URL that has none. */
export function hostKey(url: string): string | null {
  const { protocol = '', host = '' } = URL.canParse(url) ? new URL(url) : {};
  return host === '' ? null : `${protocol}//${host}`;
}

/** What a response asks for by its status: null when nothing, else for how many seconds; null seconds when it does not say. */
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
