import { type Reference, setTarget, targetOf } from '../builtins/index.js';
import { UnpicklingError } from './errors.js';
import { GLOBAL } from './globals.js';
import { objectAtHome, setHomeId } from './homed.js';
import { readStream } from './stream-reader.js';
import { assign, type Container, Op, type Pickled, type Step } from './wire.js';

/**
 * Loads the modules that `message` needs and that this thread does not know yet; undefined when there are none, so
 * that nothing has to wait.
 * @throws UnpicklingError (rejecting) when a module cannot be imported or lacks the export
 */
export function loadReferences(message: Pickled): Promise<unknown> | undefined {
  const missing = message.references?.filter((reference) => targetOf(reference) === undefined) ?? [];
  return missing.length === 0 ? undefined : Promise.all(missing.map(loadReference));
}

/**
 * Imports what `reference` names.
 * @throws UnpicklingError (rejecting) when its module cannot be imported or lacks the export
 */
export async function loadReference(reference: Reference): Promise<object> {
  const { url, name } = reference;
  let found: unknown;
  try {
    found = url === GLOBAL ? globalThis : await import(url);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnpicklingError(`Cannot import '${name}' from ${url}: ${reason}`, { cause: error });
  }
  for (const part of name.split('.')) found = (found as Record<string, unknown> | null | undefined)?.[part];
  // A module that marks something without exporting it has said so by now.
  const target = typeof found === 'function' ? found : targetOf(reference);
  if (target === undefined) {
    throw new UnpicklingError(`Cannot import '${name}' from ${url}: the module does not export it`);
  }
  setTarget(reference, target);
  return target;
}

/** Puts a message together. What it refers to must be loaded, see {@link loadReferences}. */
export function decode(message: Pickled): unknown {
  const { box, steps } = message;
  if (steps === undefined) return box[0];
  const imports = (message.references ?? []).map(required);
  const parts: unknown[] = [];
  for (const step of steps) take(step, parts, imports);
  return box[0];
}

/** As {@link decode}, after loading what is missing: a promise only then. */
export function decodeLoading(message: Pickled): unknown {
  const loading = loadReferences(message);
  return loading === undefined ? decode(message) : loading.then(() => decode(message));
}

function required(reference: Reference): Import {
  const target = targetOf(reference);
  if (target === undefined)
    throw new UnpicklingError(`'${reference.name}' of ${reference.url} is not loaded`);
  return target as Import;
}

type Import = ((...args: unknown[]) => unknown) & { readonly prototype: object };

function take(step: Step, parts: unknown[], imports: readonly Import[]): void {
  switch (step[0]) {
    case Op.fill:
      assign(step[1], step[2], parts[step[3]]);
      break;
    case Op.reference:
      parts[step[1]] = imports[step[2]];
      break;
    case Op.call:
      parts[step[1]] = imports[step[2]]?.(...step[3]);
      break;
    case Op.state:
      setState(parts[step[1]] as Container, step[2]);
      break;
    case Op.instance:
      parts[step[1]] = Object.create(imports[step[2]]?.prototype ?? null) as object;
      break;
    case Op.error:
      parts[step[1]] = makeError(
        typeof step[2] === 'string' ? globalClass(step[2]) : imports[step[2]],
        step[3],
        step[4],
      );
      break;
    case Op.fields:
      setFields(parts[step[1]] as object, step[2], step[3], step[4]);
      break;
    case Op.map:
      parts[step[1]] = new Map();
      break;
    case Op.entries:
      setEntries(parts[step[1]] as Map<unknown, unknown>, step[2]);
      break;
    case Op.set:
      parts[step[1]] = new Set();
      break;
    case Op.members:
      for (const member of step[2]) (parts[step[1]] as Set<unknown>).add(member);
      break;
    case Op.buffer: {
      const { buffer, byteOffset, byteLength } = step[2];
      parts[step[1]] = Buffer.from(buffer, byteOffset, byteLength);
      break;
    }
    case Op.stream:
      setHomeId((parts[step[1]] = readStream(step[2], step[3], decodeLoading)), step[4]);
      break;
    case Op.home:
      parts[step[1]] = objectAtHome(step[2]) ?? null;
  }
}

function setState(object: Container, state: Record<string, unknown>): void {
  const { __setstate__: setstate } = object as { __setstate__?: unknown };
  if (typeof setstate === 'function') setstate.call(object, state);
  else for (const key of Object.keys(state)) assign(object, key, state[key]);
}

function globalClass(name: string): Import {
  return (globalThis as unknown as Record<string, Import>)[name] ?? (Error as unknown as Import);
}

/** A genuine error of class `cls`, whose constructor is not run: it may want arguments that are not known here. */
function makeError(cls: Import | undefined, message: string, lostName: string): Error {
  if (cls === (DOMException as unknown)) return new DOMException(message, lostName);
  const error = Reflect.construct(Error, [message], cls ?? Error) as Error;
  if (lostName !== '' && error.name !== lostName) hide(error, 'name', lostName);
  return error;
}

function setFields(
  error: object,
  names: readonly string[],
  values: readonly unknown[],
  enumerable: readonly boolean[],
): void {
  names.forEach((name, index) => {
    if (enumerable[index] === true) {
      Object.defineProperty(error, name, {
        value: values[index],
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } else hide(error, name, values[index]);
  });
}

function hide(error: object, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, enumerable: false, configurable: true, writable: true });
}

function setEntries(map: Map<unknown, unknown>, flat: readonly unknown[]): void {
  for (let index = 0; index < flat.length; index += 2) map.set(flat[index], flat[index + 1]);
}
