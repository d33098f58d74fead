/** Takes credentials out of what is published: events end up in logs and in files that are passed around. */
import { types } from 'node:util';
import { withoutUserinfo } from '../urls/redact.js';
import type { HeaderLines } from './events.js';

const MASK = '***';

/** Headers whose values are credentials as a whole. */
const SECRET: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'x-auth-token',
]);

const SCHEME = /^(?:Basic|Bearer|Digest|Negotiate|NTLM)(?= )/i;

/** The lines with the values of credentials masked; of cookies the names are left, of credentials the scheme. */
export function maskedLines(lines: Iterable<readonly [name: string, value: unknown]>): HeaderLines {
  return Array.from(lines, ([name, value]) => [name, maskedValue(name.toLowerCase(), textOf(value))]);
}

/** The same for name, value, name, value … */
export function maskedRawHeaders(raw: readonly string[]): HeaderLines {
  const lines: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    lines.push([name, maskedValue(name.toLowerCase(), raw[i + 1] as string)]);
  }
  return lines;
}

/** Headers may be bytes until they are sent. */
function textOf(value: unknown): string {
  return types.isUint8Array(value) ? Buffer.from(value).toString('latin1') : String(value);
}

function maskedValue(name: string, value: string): string {
  if (SECRET.has(name)) {
    const scheme = SCHEME.exec(value)?.[0];
    return scheme === undefined ? MASK : `${scheme} ${MASK}`;
  }
  if (name === 'cookie') return value.split(';').map(maskedPair).join('; ');
  if (name === 'set-cookie') {
    const [pair = '', ...attributes] = value.split(';');
    return [maskedPair(pair), ...attributes].join(';');
  }
  return name === 'location' || name === 'referer' ? withoutCredentials(value) : value;
}

function maskedPair(pair: string): string {
  const end = pair.indexOf('=');
  return end === -1 ? MASK : `${pair.slice(0, end).trim()}=${MASK}`;
}

/** A URL without its user and password, which is still a URL. */
export function withoutCredentials(url: string): string {
  return withoutUserinfo(url, '');
}
