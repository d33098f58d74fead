/**
 * The wire form of calls and their outcomes: a pickled message in V8's own serialization (the same bytes in
 * Node 20 to 26), in which functions and classes are names.
 */
import { deserialize, serialize } from 'node:v8';
import { boundMethodOf, type Reference, referenceOf, RuntimeError, targetOf } from '../builtins/index.js';
import {
  decode,
  encode,
  encodeParts,
  Op,
  type Pickled,
  PicklingError,
  receive,
  UnpicklingError,
} from '../pickle/index.js';
import { notCallable } from '../concurrent-futures/internal.js';
import { VERSION } from '../requests/internal.js';
import { type Named, type Names } from './names.js';
import { arePlainSmall, isPlainSmall } from './plain.js';
import { isOwnName, ownName, ownTarget, ownUse, shortName } from './own-names.js';
import { mayRestore, vet } from './vet.js';

/** The version of this form. */
export const FORMAT = 1;

/** A function of this package and its arguments, which applies the changes that a call made to copies to the originals. */
export type Effect = readonly [fn: (...args: never[]) => unknown, args: readonly unknown[]];

/** A received call. */
export interface ArrivedCall {
  readonly fn: Named;
  readonly name: string;
  /** Decodes the arguments. */
  args(): unknown[];
}

/** A received outcome. */
export interface ArrivedOutcome {
  readonly value: unknown;
  readonly effects: readonly Effect[];
}

/** A call as stored in a job: small plain arguments as they are, any others in base64. */
export type CallData =
  | { readonly function: string; readonly args: readonly unknown[] }
  | { readonly call: string };

/**
 * An encoded call, and the display name of its function.
 * @throws TypeError and RuntimeError for anything but an importable function, PicklingError for arguments that cannot cross
 */
export function encodeCall(
  fn: unknown,
  args: readonly unknown[],
  names: Names,
  maxSize: number,
): { name: string; data: CallData } {
  if (typeof fn !== 'function') throw notCallable(fn);
  if (boundMethodOf(fn) !== undefined) throw uncallable(fn);
  const reference = referenceOf(fn) ?? encode(fn, { name: 'fn' }).message.references?.[0];
  const name = names.nameOf(reference as Reference);
  if (isOwnName(name) && ownUse(name) !== 'called') throw uncallable(fn);
  if (!isOwnName(name) && arePlainSmall(args)) return { name, data: { function: name, args } };
  const [list, message] = pickle(args, 'args', names);
  const bytes = serializeChecked([name, list, message], 'args');
  const data = sized(bytes, maxSize, `arguments of ${shortName(name)}()`).toString('base64');
  return { name: shortName(name), data: { call: data } };
}

function uncallable({ name }: { readonly name: string }): PicklingError {
  return new PicklingError(
    `Cannot call ${name.replace(/^bound /, '')}() on another machine: a call names a function of a module that its worker was ` +
      'given. Call it in an importable function',
  );
}

/**
 * The call in `data`.
 * @throws LookupError for an unknown name, UnpicklingError for anything that is not a call
 */
export function decodeCall(data: object, names: Names, maxSize: number): ArrivedCall {
  const { function: given, args, call } = data as { function?: unknown; args?: unknown; call?: unknown };
  if (typeof call === 'string') return decodeBytes(call, names, maxSize);
  if (typeof given !== 'string' || isOwnName(given) || !Array.isArray(args)) {
    throw new UnpicklingError('The message is no call');
  }
  return { fn: names.target(given), name: given, args: () => args as unknown[] };
}

function decodeBytes(text: string, names: Names, maxSize: number): ArrivedCall {
  if (Buffer.byteLength(text, 'base64') > maxSize) {
    throw new UnpicklingError(`The call is larger than this worker's max_size, ${maxSize}`);
  }
  const call = parse(Buffer.from(text, 'base64'));
  if (!Array.isArray(call) || call.length !== 3) throw new UnpicklingError('The message is no call');
  const [name, list, message] = call as unknown[];
  if (typeof name !== 'string' || (isOwnName(name) && ownUse(name) !== 'called')) {
    throw new UnpicklingError('The message calls nothing that can be called');
  }
  const fn = names.target(name);
  const vetted = vet(message, list, names);
  return {
    fn,
    name: shortName(name),
    args: () => {
      const args = putTogether(vetted, list as string[], names);
      if (!Array.isArray(args)) throw new UnpicklingError('The arguments of a call are no list');
      return args as unknown[];
    },
  };
}

/**
 * An encoded result or error: a small plain result as JSON text, anything else as bytes.
 * @param effects what to do at home first
 * @throws PicklingError for a value that cannot cross
 */
export function encodeOutcome(
  value: unknown,
  effects: readonly Effect[],
  what: 'result' | 'error',
  names: Names,
  maxSize: number,
): Buffer | string {
  if (what === 'result' && effects.length === 0 && isPlainSmall(value)) return JSON.stringify(value);
  const effectNames = effects.map(([fn]) => ownName(referenceOf(fn) as Reference));
  const [list, message] = pickle([value, effects.map(([, args]) => args)], what, names);
  return sized(serializeChecked([effectNames, list, message], what), maxSize, what);
}

/**
 * The result in a text.
 * @throws UnpicklingError when it is not JSON
 */
export function decodePlain(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnpicklingError('The result is no JSON', { cause: error });
  }
}

/**
 * The outcome in `bytes`.
 * @throws UnpicklingError and LookupError for bytes that are not an outcome, or refer to forbidden names
 */
export function decodeOutcome(bytes: Buffer, names: Names): ArrivedOutcome {
  const outcome = parse(bytes);
  if (!Array.isArray(outcome) || outcome.length !== 3) throw new UnpicklingError('The message is no outcome');
  const [effectNames, list, message] = outcome as unknown[];
  const functions = effectFunctions(effectNames);
  const pair = putTogether(vet(message, list, names), list as string[], names);
  if (!Array.isArray(pair) || !Array.isArray(pair[1])) throw new UnpicklingError('The message is no outcome');
  const [value, lists] = pair as [unknown, unknown[]];
  if (lists.length !== functions.length || !lists.every((args) => Array.isArray(args))) {
    throw new UnpicklingError('The effects of a call have no arguments');
  }
  return { value, effects: functions.map((fn, index) => [fn, lists[index] as unknown[]]) };
}

function effectFunctions(effectNames: unknown): Effect[0][] {
  if (!Array.isArray(effectNames)) throw new UnpicklingError('The message is no outcome');
  return (effectNames as unknown[]).map((name) => {
    const fn =
      typeof name === 'string' && isOwnName(name) && ownUse(name) === 'effect' ? ownTarget(name) : null;
    if (typeof fn !== 'function')
      throw new UnpicklingError('The message has an effect that calls do not have');
    return fn as Effect[0];
  });
}

/** The value as a message, and the names of what it refers to. */
function pickle(value: unknown, what: string, names: Names): [list: string[], message: Pickled] {
  const encoded = encodeParts(value, { owned: true, asBytes: true, name: what });
  if (encoded.streams.length > 0) {
    for (const { port, source } of encoded.streams) {
      port.close();
      // A stream in a result is never read, and may hold a connection. One in the arguments stays its caller's.
      if (what !== 'args') (source as { destroy?: () => void }).destroy?.();
    }
    throw streamRefused(what);
  }
  const { references = [], box, steps, recalls, memories } = encoded.message;
  const message: Pickled = {
    box,
    ...(steps && { steps }),
    ...(recalls && { recalls }),
    ...(memories && { memories }),
  };
  const list = references.map((reference) => names.nameOf(reference));
  for (const [index, name] of list.entries()) {
    if (isOwnName(name) && ['other', 'called', 'effect'].includes(ownUse(name))) {
      if (name.endsWith('#copyFileStream')) throw streamRefused(what);
      throw new PicklingError(`Cannot send ${name} to another machine (${what})`);
    }
    if (!isOwnName(name)) checkRestored(message, index, name, targetOf(references[index] as Reference));
  }
  return [list, message];
}

function streamRefused(what: string): PicklingError {
  return new PicklingError(
    `Cannot send a stream to another machine (${what}): streams do not cross; read it, and send text or bytes`,
  );
}

/** Refuses early what the other side would refuse: calling a function that was not declared a constructor. */
function checkRestored(
  { steps = [], memories = [] }: Pickled,
  index: number,
  name: string,
  target: unknown,
): void {
  const isCalled = [...steps, ...memories.flatMap(([, { steps: inner = [] }]) => inner)].some(
    ([op, , number]) => op === Op.call && number === index,
  );
  if (isCalled && !mayRestore(name, target as Named)) {
    throw new PicklingError(
      `Cannot pickle an object that ${name}() restores: declare it on both sides, copyreg.constructor(${name})`,
    );
  }
}

function serializeChecked(value: unknown, what: string): Buffer {
  try {
    return serialize(value);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new PicklingError(`Cannot pickle object (${what}): ${reason}`, { cause: error });
  }
}

function sized(bytes: Buffer, maxSize: number, what: string): Buffer {
  if (bytes.length <= maxSize) return bytes;
  throw new PicklingError(
    `Cannot send the ${what}: ${bytes.length} bytes, max_size is ${maxSize}. Store it elsewhere and send its place, or raise max_size everywhere`,
  );
}

function parse(bytes: Buffer): unknown {
  try {
    return deserialize(bytes);
  } catch (error) {
    throw new UnpicklingError('The message is no message of this package', { cause: error });
  }
}

function putTogether(message: Pickled, list: readonly string[], names: Names): unknown {
  // All are known here already, so nothing is imported.
  const references = list.map((name) => referenceOf(names.target(name)) as Reference);
  return decode(receive(references.length === 0 ? message : { ...message, references, first: 0 }));
}

/**
 * Checks the sender of a message.
 * @throws RuntimeError that names both versions when they are incompatible
 */
export function checkSender(format: unknown, version: unknown, role: string, here: string): void {
  const sent = typeof version === 'string' ? version : 'unknown';
  if (format === FORMAT && lineOf(sent) === lineOf(VERSION)) return;
  throw new RuntimeError(
    `${role} runs requests-futures ${sent} (format ${String(format)}), and ${here} ${VERSION} (format ${FORMAT}): ` +
      'these versions do not understand each other, run the same one everywhere',
  );
}

/** Versions that agree in this are compatible. */
function lineOf(version: string): string {
  const [major, minor] = version.split('.', 2);
  return major === '0' ? `0.${minor ?? ''}` : (major ?? '');
}
