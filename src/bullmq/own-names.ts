/**
 * The names of this package's own functions and classes in a message: module and export, wherever the package is installed.
 * The permitted use of each is listed here; a message can use nothing else of the package.
 */
import { markedTargets, type Reference, referenceOf, RuntimeError } from '../builtins/index.js';
import { runChunk } from '../concurrent-futures/internal.js';
import { requestInSlot, sendInSlot } from '../futures-session/internal.js';

const anchor = referenceOf(RuntimeError)?.url ?? '';
/** The folder of all modules of this package: bundled (`dist/`), or as sources. */
const base = anchor.replace(/src\/(index\.js#.*|builtins\/exceptions\.\w+)$/, '');

/** The name of the target of `reference`; null if it is not of this package. */
export function ownName({ url, name }: Reference): string | null {
  if (!url.startsWith(`${base}src/`)) return null;
  const hash = url.indexOf('#');
  const module = hash === -1 ? url.slice(base.length).replace(/\.\w+$/, '') : url.slice(hash + 1);
  return `${module}#${name}`;
}

/** Whether this is a name of this package. */
export function isOwnName(name: string): boolean {
  return name.includes('#');
}

let found = new Map<string, object>();

/** The target of `name`; undefined if there is none, or it is not loaded. */
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

/** Functions that a call may call. */
const CALLED = [requestInSlot, sendInSlot, runChunk].map(({ name }) => name);

/** Pure constructors. */
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

/** Restores an object with an identity, by a {@link MAKING} function as its second argument. */
const ARRIVING = ['arrive', 'receive'];

/** Create the copy of an object with an identity. */
const MAKING = ['copyAdapter', 'copyDigestAuth', 'copyHTTPAdapter'];

/** Functions that a call may run at home when it ends. */
const EFFECTS = ['changeCookies', 'publishEvents'];

export type OwnUse = 'called' | 'restoring' | 'arriving' | 'making' | 'effect' | 'class' | 'other';

/** The display name: without the module. */
export function shortName(name: string): string {
  return name.slice(name.indexOf('#') + 1);
}

/** The permitted use of this name. */
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
