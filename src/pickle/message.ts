/**
 * The form in which values travel. Structured clone copies what it can copy faithfully; the rest leaves a hole, and the message
 * holds the steps, in order, that make the missing parts and fill the holes:
 *
 * ```
 * value   { id: 7, headers: CaseInsensitiveDict }
 * box     [{ id: 7, headers: null }]
 * steps   call  part 0 = references[0](['accept', '*'])
 *         fill  box[0].headers = part 0
 * ```
 *
 * The containers in `steps` are those in `box`: structured clone keeps identities within one message.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Reference } from '../builtins/index.js';

export const Op = {
  /** `container[key] = part` */
  fill: 0,
  /** part = the import itself */
  reference: 1,
  /** part = import(...args) */
  call: 2,
  /** part gets the state of a reduced or an imported class's object */
  state: 3,
  /** part = an object of the imported class, its constructor not run */
  instance: 4,
  /** part = an error of a built-in or an imported class */
  error: 5,
  /** part gets an error's own properties */
  fields: 6,
  /** part = an empty Map */
  map: 7,
  /** part gets its entries */
  entries: 8,
  /** part = an empty Set */
  set: 9,
  /** part gets its members */
  members: 10,
  /** part = a Buffer over these bytes */
  buffer: 11,
  /** part = the reading end of a stream */
  stream: 12,
  /** part = an object whose home is on the receiving side */
  home: 13,
  /** part = a value that the receiving side remembers */
  recall: 14,
} as const;

/** A list or an object that has holes. */
export type Container = unknown[] | Record<string, unknown>;

/** What kind of object a stream arrives as. */
export type StreamKind =
  | { readonly type: 'iterable' | 'web-stream' }
  | { readonly type: 'node-stream'; readonly objectMode: boolean; readonly encoding: BufferEncoding | null };

export type Step =
  | readonly [op: typeof Op.fill, container: Container, key: string | number, part: number]
  | readonly [op: typeof Op.reference, part: number, reference: number]
  | readonly [op: typeof Op.call, part: number, reference: number, args: readonly unknown[]]
  | readonly [op: typeof Op.state, part: number, state: Record<string, unknown>]
  | readonly [op: typeof Op.instance, part: number, reference: number]
  | readonly [op: typeof Op.error, part: number, cls: number | string, message: string, lostName: string]
  | readonly [
      op: typeof Op.fields,
      part: number,
      names: readonly string[],
      values: readonly unknown[],
      enumerable: readonly boolean[],
    ]
  | readonly [op: typeof Op.map, part: number]
  | readonly [op: typeof Op.entries, part: number, flat: readonly unknown[]]
  | readonly [op: typeof Op.set, part: number]
  | readonly [op: typeof Op.members, part: number, members: readonly unknown[]]
  | readonly [op: typeof Op.buffer, part: number, bytes: Uint8Array]
  | readonly [op: typeof Op.stream, part: number, port: MessagePort, kind: StreamKind, id: string]
  | readonly [op: typeof Op.home, part: number, id: string]
  | RecallStep;

/** part = a remembered value, by its number in `recalls` */
export type RecallStep = readonly [op: typeof Op.recall, part: number, recall: number];

/** A value on its way: posted with its transfer list, and given to `decode()` on the other side. */
export interface Pickled {
  readonly box: [unknown];
  readonly steps?: readonly Step[];
  /** What the steps import; with tables on both sides, only what is new in them. */
  readonly references?: readonly Reference[];
  /** The number of the first of them. */
  readonly first?: number;
  /** The values for the receiving side to remember, and their slots. */
  readonly memories?: readonly (readonly [slot: number, value: Pickled])[];
  /** The slots of the values that the steps recall. */
  readonly recalls?: readonly number[];
}

/**
 * The short form of a value made of plain data: `restore(values, functions, remembered)`. A negative slot means
 * nothing remembered.
 */
export type Short = readonly [
  restore: number,
  slot: number,
  values: readonly unknown[],
  functions?: readonly number[],
];

/** A value on its way over a channel. */
export type Message = Pickled | Short;

/** Writes a field, also one named `__proto__`, which must not become the prototype. */
export function assign(container: Container, key: string | number, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    (container as Record<string | number, unknown>)[key] = value;
  }
}
