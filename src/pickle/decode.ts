import { type Reference, setTarget, targetOf } from '../builtins/index.js';
import { UnpicklingError } from './errors.js';
import { GLOBAL } from './globals.js';
import { objectAtHome, setHomeId } from './homed.js';
import { type Import, ReceivedReferences } from './reference-table.js';
import type { Memory } from './remembered.js';
import { readStream } from './stream-reader.js';
import { assign, type Container, type Flat, Op, type Pickled, type RecallStep, type Step } from './wire.js';

/** A message that has arrived, and what it refers to. */
export interface Received {
  readonly message: Pickled | Flat;
  readonly imports: ReceivedReferences;
  readonly memories: readonly Memory[];
}

/**
 * Takes a message in: to be called for each in the order in which they were encoded, with the table of its channel if it has one.
 * {@link decode} must wait for `imports.loading`.
 */
export function receive(
  message: Pickled | Flat,
  table: ReceivedReferences = new ReceivedReferences(),
): Received {
  if (isFlat(message)) {
    const slot = message[1];
    return { message, imports: table, memories: slot < 0 ? NONE : table.recalled([slot]) };
  }
  table.receive(message, loadReference);
  return { message, imports: table, memories: table.recalled(message.recalls) };
}

function isFlat(message: Pickled | Flat): message is Flat {
  return Array.isArray(message);
}

/**
 * Imports what `reference` names.
 * @throws UnpicklingError (rejecting) when its module cannot be imported or lacks the export
 */
export async function loadReference(reference: Reference): Promise<object> {
  const { url, name } = reference;
  let found: unknown;
  try {
    found = url === GLOBAL ? globalThis : await importModule(url);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnpicklingError(`Cannot import '${name}' from ${url}: ${reason}`, { cause: error });
  }
  for (const part of name.split('.')) found = (found as Record<string, unknown> | null | undefined)?.[part];
  // The module has said by now what it marks, exported under that name or not.
  const target = targetOf(reference) ?? (typeof found === 'function' ? found : undefined);
  if (target === undefined) {
    throw new UnpicklingError(`Cannot import '${name}' from ${url}: the module does not export it`);
  }
  setTarget(reference, target);
  return target;
}

const ownRoot = new URL('../../', import.meta.url).href;
/** This package's own modules that are being loaded. */
const ownModules = new Set<Promise<unknown>>();

/**
 * Loads this package's modules before any of the caller's: Node 22 fails where a CommonJS module require()s an ES module that is being
 * imported at that moment.
 */
async function importModule(url: string): Promise<unknown> {
  if (url.startsWith(ownRoot)) {
    const loading: Promise<unknown> = import(url);
    ownModules.add(loading);
    try {
      return await loading;
    } finally {
      ownModules.delete(loading);
    }
  }
  // The rest of the same message may name some.
  await Promise.resolve();
  while (ownModules.size > 0) await Promise.allSettled(ownModules);
  return import(url);
}

/**
 * Puts a message together.
 * @throws UnpicklingError when a module could not be imported or lacks the export; what a restoring function throws
 */
export function decode({ message, imports, memories }: Received): unknown {
  if (isFlat(message)) {
    const [restore, , values, functions = NONE] = message;
    const [memory] = memories;
    const remembered = memory === undefined ? null : recall(memory, imports);
    const found = functions.length === 0 ? NONE : functions.map((number) => imports.get(number));
    return imports.get(restore)(values, found, remembered);
  }
  const { box, steps } = message;
  if (steps === undefined) return box[0];
  const parts: unknown[] = [];
  for (const step of steps) {
    if (step[0] === Op.recall) parts[step[1]] = recall(memories[step[2]] as Memory, imports);
    else take(step, parts, imports);
  }
  return box[0];
}

function recall(memory: Memory, imports: ReceivedReferences): unknown {
  memory.made ??= { value: decode({ message: memory.pickled, imports, memories: NONE }) };
  return memory.made.value;
}

const NONE: readonly never[] = [];

/** Both in one, for a message that stands alone: a promise only when something has to be loaded. */
export function decodeLoading(message: Pickled): unknown {
  const received = receive(message);
  const { loading } = received.imports;
  return loading === undefined ? decode(received) : loading.then(() => decode(received));
}

function take(step: Exclude<Step, RecallStep>, parts: unknown[], imports: ReceivedReferences): void {
  switch (step[0]) {
    case Op.fill:
      assign(step[1], step[2], parts[step[3]]);
      break;
    case Op.reference:
      parts[step[1]] = imports.get(step[2]);
      break;
    case Op.call:
      parts[step[1]] = imports.get(step[2])(...step[3]);
      break;
    case Op.state:
      setState(parts[step[1]] as Container, step[2]);
      break;
    case Op.instance:
      parts[step[1]] = Object.create(imports.get(step[2]).prototype) as object;
      break;
    case Op.error:
      parts[step[1]] = makeError(
        typeof step[2] === 'string' ? globalClass(step[2]) : imports.get(step[2]),
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
