/** The head of a request as it goes on the wire, and how its body is framed. undici has its own spelling and order. */
import { headerLines, headerRefusal, isToken } from '../header-lines.js';
import type { Job } from '../outgoing-request.js';

/** Names that were found to be fit to be sent, not to be looked at again: programs use a few dozen. */
const knownNames = new Set<string>();
const MOST_KNOWN_NAMES = 1000;
const NOT_IN_VALUES = /[^\t\x20-\x7e\x80-\xff]/;

/** The lines of the headers as they go on the wire. Throws InvalidHeader and UnicodeEncodeError. */
export function checkedHead(job: Job): string {
  const { shared, pool } = job;
  if (shared === null || !isPlain(job)) return textOf(checkedLines(job));
  return shared.textFor(pool.hostHeader, () => textOf(checkedLines(job)));
}

/** Whether nothing but headers and host decides on the lines. A subclass of the adapter may have changed what the session made. */
function isPlain({ method, target, pool, request }: Job): boolean {
  const isUsual = (method === 'GET' || method === 'HEAD') && request.body === null;
  return isUsual && target.startsWith('/') && !pool.forwards;
}

function textOf(lines: readonly string[]): string {
  let text = '';
  for (let i = 0; i < lines.length; i += 2) text += `${lines[i] as string}: ${lines[i + 1] as string}\r\n`;
  return text;
}

/** The lines to be sent, `[name, value, name, value …]`. Throws InvalidHeader and UnicodeEncodeError. */
export function checkedLines(job: Job): string[] {
  const lines = headerLines(job, job.request.body !== null);
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i] as string;
    const value: unknown = lines[i + 1];
    if (!knownNames.has(name)) checkName(name, value);
    // Scripts put numbers in the place of text.
    if (value === undefined || NOT_IN_VALUES.test(value as string)) throw headerRefusal(name, value);
  }
  return lines;
}

function checkName(name: string, value: unknown): void {
  if (!isToken(name)) throw headerRefusal(name, value);
  if (knownNames.size < MOST_KNOWN_NAMES) knownNames.add(name);
}

/** Whether the body goes in chunks. */
export function isChunked({ headers, request }: Job): boolean {
  const coding = headers.get('transfer-encoding');
  if (coding !== undefined) return /\bchunked\b/i.test(coding[1]);
  return request.body !== null && !headers.has('content-length');
}
