import { objectAtHome, setHomeId } from './identities.js';
import {
  assign,
  type Container,
  type Message,
  Op,
  type Pickled,
  type RecallStep,
  type Step,
} from './message.js';
import { ReceivedReferences } from './reference-table.js';
import type { Memory } from './remembered.js';
import { type Import, platformError } from './resolve.js';
import { isShort } from './short-form.js';
import { readStream } from './stream-reader.js';

/** A received message and its imports. */
export interface Received {
  readonly message: Message;
  readonly imports: ReceivedReferences;
  readonly memories: readonly Memory[];
}

/**
 * Receives a message. Call it for each in the order of encoding, with the table of its channel if it has one.
 * {@link decode} must wait for `imports.loading`.
 */
export function receive(message: Message, table: ReceivedReferences = new ReceivedReferences()): Received {
  if (isShort(message)) {
    const slot = message[1];
    return { message, imports: table, memories: slot < 0 ? NONE : table.recalled([slot]) };
  }
  table.receive(message);
  return { message, imports: table, memories: table.recalled(message.recalls) };
}

/**
 * Decodes a message.
 * @throws UnpicklingError when a module could not be imported or lacks the export; whatever a restoring function throws
 */
export function decode({ message, imports, memories }: Received): unknown {
  if (isShort(message)) {
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

/** Both steps at once, for a standalone message. Returns a promise only when something has to be loaded. */
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
        typeof step[2] === 'string' ? platformError(step[2]) : imports.get(step[2]),
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

/** A genuine error of class `cls`. Its constructor is not run, as its arguments are unknown here. */
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
