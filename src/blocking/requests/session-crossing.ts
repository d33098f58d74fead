/** How a session of the caller's crosses: as the id of its twin in the gateway, and its changes. */
import type { Reduced } from '../../builtins/index.js';
import { homeId, type Remembered } from '../../pickle/index.js';
import { checkSession, rememberedState } from '../../requests/internal.js';
import { HTTPAdapter as AwaitedHTTPAdapter, Session as AwaitedSession } from '../../requests/index.js';
import type { Link } from '../caller/gateway.js';
import { Scope } from '../caller/handles.js';
import { type FuturesParts, type SessionParts, type Step, STEPS } from '../wire/session-parts.js';
import { asStandIn } from '../wire/stand-in.js';

/** The fields that a session's requests use. Fields of subclasses do not cross. */
export const FIELDS = [
  'auth',
  'proxies',
  'params',
  'stream',
  'verify',
  'cert',
  'timeout',
  'deadline',
  'base_url',
  'max_response_size',
  'max_redirects',
  'trust_env',
] as const;

/** The steps that a session can override as well as its class. */
const KNOWN: ReadonlySet<string> = new Set([
  ...FIELDS,
  ...STEPS,
  'should_strip_auth',
  'adapters',
  'cookies',
  'hooks',
  'headers',
]);

/** How `session` crosses. */
export function reduceForGateway(
  link: Link,
  session: AwaitedSession<never, never>,
  futures: FuturesParts,
  isUsual: (step: Step) => boolean,
): Reduced {
  // Only the types of results and options differ, which do not matter here.
  const plain = session as unknown as AwaitedSession;
  checkSession(plain);
  const id = homeId(plain);
  const sent = link.sessions.get(
    id,
    () => new Scope(link.handles),
    (oldest) => {
      link.tell('forget', [oldest]);
    },
  );
  const settings = settingsOf(plain);
  const isNew = sent.settings === null || settings === null || settings !== sent.settings;
  sent.settings = settings;
  const parts = isNew ? partsOf(plain, isUsual) : null;
  if (parts !== null) hold(sent.scope, parts);
  const { cookies } = plain;
  const jar = sent.jar === cookies ? null : cookies;
  if (jar !== null) {
    sent.jar = jar;
    sent.changes.settle(jar);
  }
  return asStandIn('session', [id, futures, parts, jar, jar === null ? sent.changes.take(cookies) : null]);
}

/** Marks the session as dropped by the gateway, after it was closed with its connections. */
export function forgetSession(link: Link, session: object): void {
  const id = homeId(session);
  if (link.sessions.forget(id)) link.call('forget', [id]);
}

/**
 * The id of `session` in the gateway if it is unchanged; null if something has, or may have, changed. A flat request with
 * this id takes about 30 µs less CPU than a pickled one (`npm run bench -- --suite blocking --against DIR`).
 */
export function nameOfUnchanged(link: Link, session: AwaitedSession): string | null {
  const id = homeId(session);
  const sent = link.sessions.known(id);
  if (sent === undefined || sent.settings === null || sent.jar !== session.cookies) return null;
  return sent.changes.isSettled(session.cookies) && settingsOf(session) === sent.settings ? id : null;
}

/** A key of the settings, valid until they change; null if a change could go unnoticed. */
function settingsOf(session: AwaitedSession): Remembered | null {
  return rememberedState(session, leftOut(session), () => null);
}

function leftOut(session: AwaitedSession): string[] {
  return Object.keys(session).filter((name) => !KNOWN.has(name));
}

function partsOf(session: AwaitedSession, isUsual: (step: Step) => boolean): SessionParts {
  const fields: Record<string, unknown> = {};
  for (const name of FIELDS) if (name in session) fields[name] = (session as never)[name];
  const own = STEPS.filter((step) => !isUsual(step));
  // It calls `should_strip_auth`, which runs in the caller's thread.
  const strips = session.should_strip_auth !== AwaitedSession.prototype.should_strip_auth;
  if (strips && !own.includes('rebuild_auth')) own.push('rebuild_auth');
  return {
    own,
    fields,
    headers: session.headers,
    hooks: session.hooks.response,
    adapters: [...session.adapters],
  };
}

/** The caller's own objects among the settings are kept as long as the gateway has the session. */
function hold(scope: Scope, { fields, hooks, adapters }: SessionParts): void {
  for (const thing of [...hooks, fields['auth'], ...adapters.map(([, adapter]) => adapter)]) {
    if (typeof thing === 'function') scope.handle(thing);
    else if (typeof thing === 'object' && thing !== null && !Array.isArray(thing)) {
      if (!(thing.constructor === AwaitedHTTPAdapter)) scope.handle(thing);
    }
  }
}
