/**
 * How this package's own functions and classes are named in a message: by module and export, wherever the package is installed.
 * What each may be used for is listed here, so that a message can use nothing else of the package.
 */
import { markedTargets, type Reference, referenceOf, RuntimeError } from '../builtins/index.js';
import { runChunk } from '../concurrent-futures/internal.js';
import { requestInSlot, sendInSlot } from '../futures-session/internal.js';

const anchor = referenceOf(RuntimeError)?.url ?? '';
/** The folder that all modules of this package are in: bundled (`dist/`), or as sources. */
const base = anchor.replace(/src\/(index\.js#.*|builtins\/exceptions\.\w+)$/, '');

/** The name of what `reference` refers to; null when it is not of this package. */
export function ownName({ url, name }: Reference): string | null {
  if (!url.startsWith(`${base}src/`)) return null;
  const hash = url.indexOf('#');
  const module = hash === -1 ? url.slice(base.length).replace(/\.\w+$/, '') : url.slice(hash + 1);
  return `${module}#${name}`;
}

/** Whether this is the name of something of this package. */
export function isOwnName(name: string): boolean {
  return name.includes('#');
}

let found = new Map<string, object>();

/** What is named `name`; undefined when there is none, or when it is not loaded. */
export function ownTarget(name: string): object | undefined {
  const known = found.get(name);
  if (known !== undefined) return known;
  found = new Map();
  for (const target of markedTargets()) {
    const own = ownName(referenceOf(target) as Reference);
    if (own !== null) found.set(own, target);
  }
  return found.get(name);
}

/** What a call may call. */
const CALLED = [requestInSlot, sendInSlot, runChunk].map(({ name }) => name);

/** What makes a value of its arguments, and does nothing else. */
const RESTORING = [
  'restoreCaseInsensitiveDict',
  'restoreCookieJar',
  'restoreFormData',
  'restoreHTTPHeaderDict',
  'restoreHTTPResponse',
  'restoreHeaders',
  'restoreLimitStore',
  'restorePreparedRequest',
  'restoreResponse',
  'restoreTimedelta',
  'restoreTimeout',
  'restoreURL',
  'restoreURLSearchParams',
  'copySession',
];

/** What brings back an object that has an identity: with a {@link MAKING} function as its second argument. */
const ARRIVING = ['arrive', 'receive'];

/** What makes the copy of an object that has an identity. */
const MAKING = ['copyAdapter', 'copyDigestAuth', 'copyHTTPAdapter'];

/** What a call may have done at home when it ends. */
const EFFECTS = ['changeCookies', 'publishEvents'];

export type OwnUse = 'called' | 'restoring' | 'arriving' | 'making' | 'effect' | 'class' | 'other';

/** A name as it is shown to people: without the module. */
export function shortName(name: string): string {
  return name.slice(name.indexOf('#') + 1);
}

/** What the thing of this name is for. */
export function ownUse(name: string): OwnUse {
  const exported = shortName(name);
  if (CALLED.includes(exported)) return 'called';
  if (RESTORING.includes(exported)) return 'restoring';
  if (ARRIVING.includes(exported)) return 'arriving';
  if (MAKING.includes(exported)) return 'making';
  if (EFFECTS.includes(exported)) return 'effect';
  // A class may be a member: `urllib3.HTTPError`.
  return /(?:^|\.)[A-Z]\w*$/.test(exported) ? 'class' : 'other';
}
