/** Which objects structured clone copies faithfully, and how the others cross. */
import { types } from 'node:util';
import {
  isPlainObject,
  iterates,
  type Reducer,
  type Reference,
  reducerOf,
  reducerRegistrations,
  referenceOf,
  isError,
  tagOf,
  typeName,
} from '../builtins/index.js';
import { globalReducer } from './globals.js';
import { Remembered } from './remembered.js';

/** How the objects of one class cross. */
export type Kind =
  | { readonly type: 'plain' | 'array' | 'map' | 'set' | 'native' | 'view' | 'bytes' | 'buffer' }
  /** Copied by `postMessage()` alone: V8's serialization loses it, or fails. */
  | { readonly type: 'cloned' }
  /** Transferred: the sender's end no longer works. */
  | { readonly type: 'transferable' }
  | { readonly type: 'error' | 'iterable' | 'node-stream' | 'web-stream' | 'remembered' }
  | { readonly type: 'reduced'; readonly reducer: Reducer }
  | { readonly type: 'instance'; readonly cls: Reference }
  | { readonly type: 'refused'; readonly reason: string };

const native: Kind = { type: 'native' };
const cloned: Kind = { type: 'cloned' };
const view: Kind = { type: 'view' };
const bytes: Kind = { type: 'bytes' };
const transferable: Kind = { type: 'transferable' };
const plain: Kind = { type: 'plain' };
const array: Kind = { type: 'array' };
const error: Kind = { type: 'error' };
const iterable: Kind = { type: 'iterable' };
const nodeStream: Kind = { type: 'node-stream' };

const TypedArray = Object.getPrototypeOf(Uint8Array) as { readonly prototype: object };

/** The classes of the platform, by prototype. Made when something is to cross: Node loads its streams for it. */
let builtin: ReadonlyMap<object, Kind> | undefined;
const builtins = (): ReadonlyMap<object, Kind> =>
  (builtin ??= new Map<object, Kind>([
    [Array.prototype, array],
    [Map.prototype, { type: 'map' }],
    [Set.prototype, { type: 'set' }],
    [Buffer.prototype, { type: 'buffer' }],
    [ArrayBuffer.prototype, bytes],
    [ReadableStream.prototype, { type: 'web-stream' }],
    [Remembered.prototype, { type: 'remembered' }],
    ...[Date, RegExp, Boolean, Number, String, BigInt, SharedArrayBuffer].map(
      ({ prototype }): [object, Kind] => [prototype, native],
    ),
    [Blob.prototype, cloned],
    ...[DataView, Uint8Array, Uint8ClampedArray, Int8Array, Uint16Array, Int16Array].map(
      ({ prototype }): [object, Kind] => [prototype, view],
    ),
    ...[Uint32Array, Int32Array, Float32Array, Float64Array, BigUint64Array, BigInt64Array].map(
      ({ prototype }): [object, Kind] => [prototype, view],
    ),
    ...[WritableStream, TransformStream, MessagePort].map(({ prototype }): [object, Kind] => [
      prototype,
      transferable,
    ]),
  ]));

let known = new Map<object, Kind>();
let knownAt = -1;

/** How `value`, whose prototype is `prototype`, crosses. */
export function kindOf(value: object, prototype: object | null): Kind {
  if (prototype === null || prototype === Object.prototype) return iterates(value) ? iterable : plain;
  if (knownAt !== reducerRegistrations()) {
    known = new Map(builtins());
    knownAt = reducerRegistrations();
  }
  const found = known.get(prototype);
  if (found !== undefined) return found;
  const kind = classify(value, prototype);
  // Do not cache a refusal, as the class may be marked later, nor a prototype of one object only, as of an async generator.
  if (kind.type === 'reduced' || kind.type === 'instance') known.set(prototype, kind);
  return kind;
}

function classify(value: object, prototype: object): Kind {
  const own = reducerOf(prototype) ?? globalReducer(typeName(prototype), prototype);
  if (own !== undefined) return { type: 'reduced', reducer: own };
  if (isError(value)) return error;
  let unsuited = '';
  for (let base = Object.getPrototypeOf(prototype) as object | null; base !== null; ) {
    const reducer = reducerOf(base);
    if (reducer?.subclasses === true) return { type: 'reduced', reducer };
    if (reducer !== undefined || builtins().has(base) || base === TypedArray.prototype) {
      unsuited ||= typeName(base);
    }
    base = Object.getPrototypeOf(base) as object | null;
  }
  const cls = constructorOf(prototype);
  const reference = cls && referenceOf(cls);
  if (reference !== undefined && unsuited === '') return { type: 'instance', cls: reference };
  // On Node 22: a slice of a Blob, or a received one.
  if (tagOf(value) === 'Blob' && typeName(prototype) === 'TransferableBlob') return cloned;
  if (types.isKeyObject(value) || types.isCryptoKey(value)) return cloned;
  if (isNodeStream(value)) return nodeStream;
  if (Symbol.asyncIterator in value || types.isGeneratorObject(value)) return iterable;
  if (isPlainObject(value)) return iterates(value) ? iterable : plain;
  if (Array.isArray(value) && unsuited === '') return array;
  return { type: 'refused', reason: refusal(prototype, unsuited) };
}

function constructorOf(prototype: object): object | undefined {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'constructor');
  const cls: unknown = descriptor?.value;
  return typeof cls === 'function' ? cls : undefined;
}

/** Duck-typed, as loading Node's streams takes longer than a whole small program. */
function isNodeStream(value: object): boolean {
  const { pipe, read, on } = value as Record<'pipe' | 'read' | 'on', unknown>;
  return typeof pipe === 'function' && typeof read === 'function' && typeof on === 'function';
}

function refusal(prototype: object, unsuited: string): string {
  const name = typeName(prototype);
  if (unsuited !== '') {
    return `it would arrive as a '${unsuited}': register the class, copyreg.pickle(${name}, (object) => [restore, [object.field]])`;
  }
  if (prototype === Promise.prototype) return 'await it before it is sent';
  if (Symbol.iterator in prototype && 'next' in prototype) return 'make it an array';
  return `mark its class, importable(${name}, import.meta.url), or register it, copyreg.pickle(${name}, (object) => [restore, [object.field]])`;
}
