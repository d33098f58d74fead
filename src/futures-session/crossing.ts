/** How a FuturesSession crosses to another thread, and the calls of its requests. */
import { setReducer, setReferences } from '../builtins/index.js';
import { isShallow, setShortForm, type Shortened } from '../pickle/index.js';
import {
  copySession,
  hasUsualCookies,
  reduceSession,
  rememberedParts,
  type SessionParts,
} from '../requests/internal.js';
import { type RequestOptions, Session } from '../requests/index.js';
import { FuturesSession } from './futures-session.js';
import { requestInSlot, sendInSlot } from './in-slot.js';

/** What means nothing in another thread. */
const LEFT_OUT = ['executor', 'session'];

/** A thread has no use for futures: there it is a plain session, unless it is of a class of its own. */
function copyClass(session: object): unknown {
  return session.constructor === FuturesSession ? Session : session.constructor;
}

type Arguments = Parameters<typeof requestInSlot>;
type ShortArguments = readonly [method: string, url: string, options: RequestOptions | null];

const NOTHING: readonly never[] = [];

/** For a request that is nothing but a URL and plain options, once the session is known there. */
function shortenArguments([session, method, url, options, callback, traced]: Arguments): Shortened | null {
  if (callback !== null || traced || typeof url !== 'string' || !(session instanceof Session)) return null;
  if (!hasUsualCookies(session as Session)) return null;
  let given: Record<string, unknown> | null = null;
  for (const [name, value] of Object.entries<unknown>(options)) {
    if (!isShallow(value)) return null;
    (given ??= {})[name] = value;
  }
  const remembered = rememberedParts(session as Session, copyClass(session), LEFT_OUT);
  if (remembered === null) return null;
  return { values: [method, url, given], functions: NOTHING, remembered, transfer: null };
}

function restoreArguments(
  [method, url, options]: ShortArguments,
  _functions: readonly never[],
  parts: SessionParts,
): Arguments {
  return [copySession(parts, null), method, url, options ?? {}, null, null];
}

setReferences(import.meta.url, { requestInSlot, restoreArguments, sendInSlot });
setShortForm(requestInSlot, shortenArguments, restoreArguments);
setReducer(FuturesSession, (session) => reduceSession(session as never, copyClass(session), LEFT_OUT), {
  subclasses: true,
});
