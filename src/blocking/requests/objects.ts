/** How the caller's functions, credentials, bodies and signals cross: by number, to be called in their own thread. */
import { ReadStream } from 'node:fs';
import { type Reduced, referenceOf, typeName } from '../../builtins/index.js';
import { kindOf, objectAtHome } from '../../pickle/index.js';
import { AuthBase } from '../../requests/auth/index.js';
import { isSeekable, super_len } from '../../requests/internal.js';
import type { PreparedRequest } from '../../requests/index.js';
import type { Scope } from '../caller/handles.js';
import type { Link } from '../caller/gateway.js';
import { onArriving, onAsked, onLeaving, onLeavingAtLast } from '../caller/sides.js';
import { asStandIn, standIn } from '../wire/stand-in.js';

/** Where this package's modules are, as references name them. */
const OWN_ROOT = (referenceOf(standIn)?.url ?? '').split('/src/blocking/')[0] ?? '';

/** Whether `object` is a class or a function of this package, which the gateway has as well. */
export function isOfPackage(object: object): boolean {
  const url = referenceOf(object)?.url;
  return url?.startsWith(`${OWN_ROOT}/src/`) === true;
}

function leaveFunction(object: object, _link: Link, scope: Scope): Reduced | undefined {
  if (typeof object !== 'function' || isOfPackage(object)) return undefined;
  // A class stands for itself, or cannot cross.
  if (/^class\b/.test(Function.prototype.toString.call(object))) return undefined;
  return asStandIn('function', [scope.handle(object), (object as { name: string }).name]);
}

function leaveAuth(object: object, _link: Link, scope: Scope): Reduced | undefined {
  const isAuth =
    object instanceof AuthBase ||
    (typeof (object as { call?: unknown }).call === 'function' && typeof object === 'object');
  if (!isAuth || isOfPackage(object.constructor)) return undefined;
  return asStandIn('function', [scope.handle(object), object.constructor.name]);
}

function leaveSignal(object: object, link: Link, scope: Scope): Reduced | undefined {
  if (!(object instanceof AbortSignal)) return undefined;
  const handle = scope.handle(object);
  if (object.aborted) return asStandIn('signal', [handle, { reason: object.reason as unknown }]);
  const tell = (): void => {
    link.tell('abort', [handle, { reason: object.reason as unknown }]);
  };
  object.addEventListener('abort', tell, { once: true });
  scope.whenEnded(() => {
    object.removeEventListener('abort', tell);
  });
  return asStandIn('signal', [handle, null]);
}

function leaveBody(object: object, _link: Link, scope: Scope): Reduced | undefined {
  if (object instanceof ReadStream) {
    const reduced = leaveReadStream(object, scope);
    if (reduced !== undefined) return reduced;
  } else if (typeof object !== 'object' || Array.isArray(object)) return undefined;
  const { type } = kindOf(object, Object.getPrototypeOf(object) as object | null);
  if (type === 'node-stream' || type === 'web-stream' || object instanceof ReadStream)
    throw cannotFlow(object);
  if (type !== 'iterable' && type !== 'refused') return undefined;
  if (!(Symbol.iterator in object)) {
    if (Symbol.asyncIterator in object) throw cannotFlow(object);
    return undefined;
  }
  const length = super_len(object);
  // The answer may come while the gateway still reads, and the object is let go of with it.
  scope.whenEnded(() => {
    try {
      stopReading(object);
    } catch {
      // A generator that runs now, or whose `finally` throws. The call is over.
    }
  });
  return asStandIn('iterable', [
    scope.handle(object),
    length > 0 ? length : null,
    isSeekable(object) ? object.tell() : null,
  ]);
}

/** An async generator has no class of its own. */
function kindName(object: object): string {
  const name = typeName(object);
  return name === 'object' && Symbol.asyncIterator in object ? 'an async generator' : `a ${name}`;
}

function cannotFlow(object: object): TypeError {
  return new TypeError(
    `${kindName(object)} cannot be sent as a body, as this thread would have to run while it waits: ` +
      "give bytes, text, a generator (function*), open(path, 'rb') of this module, or " +
      'fs.createReadStream(path)',
  );
}

/** The gateway reads unread file streams itself. */
function leaveReadStream(stream: ReadStream, scope: Scope): Reduced | undefined {
  const { path, readableFlowing, bytesRead } = stream;
  // Node sets both, and @types/node declares neither.
  const { start, end } = stream as unknown as { readonly start?: number; readonly end?: number };
  if (readableFlowing !== null || bytesRead > 0 || path.length === 0) return undefined;
  if (end !== undefined && end !== Infinity) return undefined;
  // It may not be open yet; errors of the file are left to the gateway.
  stream.on('error', () => undefined);
  stream.destroy();
  return asStandIn('file', [scope.handle(stream), String(path), start ?? 0]);
}

/** The reading state of each body. */
const readers = new WeakMap<object, Iterator<unknown>>();

/** Called by a module that is always loaded, as a bundler may drop a module imported only for its effects. */
export function registerObjects(): void {
  onLeaving(leaveFunction);
  onLeaving(leaveAuth);
  onLeaving(leaveSignal);

  onLeavingAtLast(leaveBody);

  onArriving('home', (_link, id: string) => objectAtHome(id) ?? null);
  onArriving('own', (link, handle: number) => link.handles.get(handle) ?? null);

  onAsked('call', (fn, args: unknown[]) => (fn as (...args: unknown[]) => unknown)(...args));

  onAsked('run', (thunk) => {
    (thunk as () => void)();
    return null;
  });
  onAsked('auth', (auth, [prepared]: [PreparedRequest]) => {
    prepared.prepare_auth(auth as AuthBase);
    return prepared;
  });

  onAsked('next', (body, [isFirst, position]: [boolean, number | null]) => {
    if (isFirst) {
      if (position !== null && isSeekable(body)) body.seek(position);
      readers.set(body, (body as Iterable<unknown>)[Symbol.iterator]());
    }
    const step = readers.get(body)?.next();
    return step === undefined || step.done === true ? null : [step.value];
  });

  onAsked('return', (body) => {
    stopReading(body);
    return null;
  });
}

function stopReading(body: object): void {
  const reader = readers.get(body);
  readers.delete(body);
  reader?.return?.();
}
