/** How a FuturesSession and the calls of its requests cross to another thread. */
import { setReducer, setReferences } from '../builtins/index.js';
import { isShallow, PicklingError, setShortForm, type Shortened } from '../pickle/index.js';
import {
  copySession,
  hasUsualCookies,
  reduceSession,
  rememberedParts,
  type SessionParts,
} from '../requests/internal.js';
import { type RequestOptions, Session } from '../requests/index.js';
import { FuturesSession } from './futures-session.js';
import { FarSession, requestInSlot, sendInSlot } from './in-slot.js';

/** Fields without meaning in another thread. */
const LEFT_OUT = ['executor', 'session'];

/** In a thread it becomes a plain session, as futures are no use there, unless it is of a derived class. */
function copyClass(session: object): unknown {
  return session.constructor === FuturesSession ? Session : session.constructor;
}

type Arguments = Parameters<typeof requestInSlot>;
type ShortArguments = readonly [method: string, url: string, options: RequestOptions | null];

const NOTHING: readonly never[] = [];

/** For a request of just a URL and plain options, once the session has been sent. */
function shortenArguments([
  given,
  method,
  url,
  options,
  callback,
  traced,
  limits,
]: Arguments): Shortened | null {
  const session: unknown = given instanceof FarSession ? given.session : given;
  if (callback !== null || traced || limits || typeof url !== 'string' || !(session instanceof Session))
    return null;
  if (!hasUsualCookies(session as Session)) return null;
  let plain: Record<string, unknown> | null = null;
  for (const [name, value] of Object.entries<unknown>(options)) {
    if (!isShallow(value)) return null;
    (plain ??= {})[name] = value;
  }
  const remembered = rememberedParts(session as Session, copyClass(session), LEFT_OUT);
  if (remembered === null) return null;
  return { values: [method, url, plain], functions: NOTHING, remembered, transfer: null };
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
setReducer(FarSession, ({ session }) => reduceSession(session, copyClass(session), LEFT_OUT));
setReducer(
  FuturesSession,
  (session) => {
    throw new PicklingError(
      `Cannot pickle '${session.constructor.name}' object: its executor belongs to this thread. ` +
        'Send a Session, or make a FuturesSession in the function that is called',
    );
  },
  { subclasses: true },
);
