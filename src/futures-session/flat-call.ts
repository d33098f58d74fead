/** The short form of a request on its way to another thread: nothing but its URL and plain options, the session known there. */
import { setReferences } from '../builtins/index.js';
import { type Flattened, isShallow } from '../pickle/index.js';
import { type RequestOptions, Session } from '../requests/index.js';
import { copySession, hasUsualCookies, rememberedParts, type SessionParts } from '../requests/internal.js';
import type { requestInSlot } from './in-slot.js';

type Arguments = Parameters<typeof requestInSlot>;
type FlatArguments = readonly [method: string, url: string, options: RequestOptions | null];

const NOTHING: readonly never[] = [];

/**
 * @param classOf what the session arrives as
 * @param leftOut the fields that it arrives without
 */
export function flattenArguments(
  [session, method, url, options, callback, traced]: Arguments,
  classOf: (session: Session) => unknown,
  leftOut: readonly string[],
): Flattened | null {
  if (callback !== null || traced || typeof url !== 'string' || !(session instanceof Session)) return null;
  if (!hasUsualCookies(session as Session)) return null;
  let given: Record<string, unknown> | null = null;
  for (const [name, value] of Object.entries<unknown>(options)) {
    if (!isShallow(value)) return null;
    (given ??= {})[name] = value;
  }
  const remembered = rememberedParts(session as Session, classOf(session as Session), leftOut);
  if (remembered === null) return null;
  return { values: [method, url, given], functions: NOTHING, remembered, transfer: null };
}

/**
 * The arguments again.
 * @internal
 */
export function restoreArguments(
  [method, url, options]: FlatArguments,
  _functions: readonly never[],
  parts: SessionParts,
): Arguments {
  return [copySession(parts, null), method, url, options ?? {}, null, null];
}

setReferences(import.meta.url, { restoreArguments });
