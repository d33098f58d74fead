import type { Readable } from 'node:stream';
import { MessageChannel, type Transferable } from 'node:worker_threads';
import { isError, type Reduced, type Reference, referenceOf, tagOf, typeName } from '../builtins/index.js';
import { exactCopy, isGivenUp, isWorthTransferring, isWhole } from './bytes.js';
import type { Encoded, EncodeOptions, OutgoingStream } from './encoded.js';
import { Draft } from './draft.js';
import { errorClass } from './error-class.js';
import { PicklingError, refuse, refuseFunction } from './errors.js';
import { foreignId, homeId } from './identities.js';
import { globalReference } from './globals.js';
import { kindOf } from './classify.js';
import { bindMethod, methodParts } from './methods.js';
import { PlainCheck } from './plain-check.js';
import { SentReferences } from './reference-table.js';
import type { Remembered } from './remembered.js';
import { assign, type Container, Op, type Pickled, type StreamKind } from './message.js';

const NOTHING: readonly never[] = [];

/** As `encode()`, but leaves the streams to the caller. */
export function encodeParts(value: unknown, options: EncodeOptions = {}): Encoded {
  if (
    value === null ||
    (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')
  ) {
    const size = typeof value === 'string' ? value.length >>> 8 : 1;
    return { message: { box: [value] }, transferList: NOTHING, streams: NOTHING, size };
  }
  const { table = new SentReferences() } = options;
  table.begin();
  try {
    return new Encoder(options, table, new Set(), []).encode(value);
  } catch (error) {
    table.takeBack();
    if (isError(error) && error.message === 'Maximum call stack size exceeded') {
      const what = options.name ?? 'value';
      throw new PicklingError(`Cannot pickle ${what}: it is nested too deeply`, { cause: error });
    }
    throw error;
  }
}

class Encoder {
  readonly #owned: boolean;
  readonly #asBytes: boolean;
  readonly #plainCheck: PlainCheck;
  readonly #table: SentReferences;
  readonly #draft: Draft;
  readonly #persistent: EncodeOptions['persistent'];
  #memories: [slot: number, value: Pickled][] | undefined;
  #recalls: number[] | undefined;

  constructor(
    { owned = false, asBytes = false, name = 'value', persistent }: EncodeOptions,
    table: SentReferences,
    transfers: Set<Transferable>,
    streams: OutgoingStream[],
  ) {
    this.#owned = owned;
    this.#table = table;
    this.#draft = new Draft(name, transfers, streams);
    this.#asBytes = asBytes;
    this.#plainCheck = new PlainCheck(owned, asBytes, transfers);
    this.#persistent = persistent;
  }

  encode(value: unknown): Encoded {
    const message = this.#pickle(value);
    const { references, first } = this.#table;
    const size = this.#plainCheck.size + this.#draft.steps.length;
    return {
      message: references.length === 0 ? message : { ...message, references, first },
      transferList: [...this.#draft.transfers],
      streams: this.#draft.streams,
      size,
    };
  }

  #pickle(value: unknown): Pickled {
    const box: [unknown] = [value];
    if (this.#plainCheck.isPlain(value)) return { box };
    this.#place(box, 0, value);
    const steps = this.#draft.steps;
    if (this.#recalls === undefined) return { box, steps };
    const recalls = this.#recalls;
    return this.#memories === undefined
      ? { box, steps, recalls }
      : { box, steps, recalls, memories: this.#memories };
  }

  /** Writes `value` to `container[key]`, or leaves a hole there and the steps that fill it. */
  #place(container: Container, key: string | number, value: unknown): void {
    if (this.#plainCheck.isPlain(value)) {
      assign(container, key, value);
      return;
    }
    // Only these two and objects are impure.
    if (typeof value === 'symbol') throw this.#refuse('symbol', 'use a string');
    const object = value as object;
    const part = this.#draft.parts.get(object);
    if (part !== undefined) {
      if (this.#draft.open.has(part)) {
        throw this.#refuse(
          typeName(Object.getPrototypeOf(object) as object),
          'it is an argument of its own making: give it by the state of its reducer',
        );
      }
      this.#draft.fill(container, key, part);
      return;
    }
    const copy = this.#draft.copies.get(object);
    if (copy !== undefined) {
      assign(container, key, copy);
      return;
    }
    const persistent = this.#persistent?.(object);
    if (persistent !== undefined) this.#draft.fill(container, key, this.#reduced(object, persistent));
    else if (typeof value === 'function') this.#draft.fill(container, key, this.#function(value));
    else this.#object(container, key, object);
  }

  #object(container: Container, key: string | number, value: object): void {
    const prototype = Object.getPrototypeOf(value) as object | null;
    const kind = kindOf(value, prototype);
    switch (kind.type) {
      case 'plain':
        assign(container, key, this.#fields(value, {}));
        break;
      case 'array':
        assign(container, key, this.#fields(value, new Array<unknown>((value as unknown[]).length)));
        break;
      case 'view':
      case 'bytes': {
        const copy = this.#copyOf(value as ArrayBuffer | NodeJS.ArrayBufferView);
        this.#draft.copies.set(value, copy);
        this.#giveAway(copy);
        assign(container, key, copy);
        break;
      }
      case 'map':
        this.#draft.fill(container, key, this.#map(value as Map<unknown, unknown>));
        break;
      case 'set':
        this.#draft.fill(container, key, this.#set(value as Set<unknown>));
        break;
      case 'buffer':
        this.#draft.fill(container, key, this.#buffer(value as Buffer));
        break;
      case 'error':
        this.#draft.fill(container, key, this.#error(value as Error));
        break;
      case 'reduced': {
        const reduced = kind.reducer.reduce(value as never);
        this.#draft.fill(
          container,
          key,
          reduced ? this.#reduced(value, reduced) : this.#nodeStream(value as Readable),
        );
        break;
      }
      case 'instance':
        this.#draft.fill(container, key, this.#instance(value, kind.cls));
        break;
      case 'iterable':
      case 'web-stream':
        this.#draft.fill(container, key, this.#stream(value, { type: kind.type }));
        break;
      case 'node-stream':
        this.#draft.fill(container, key, this.#nodeStream(value as Readable));
        break;
      case 'remembered':
        this.#draft.fill(container, key, this.#remembered(value as Remembered));
        break;
      case 'refused':
        throw this.#refuse(typeName(prototype), kind.reason);
      case 'cloned':
      case 'transferable':
      case 'native': // Only reached through a circle, from which it is always pure.
        if (this.#asBytes && kind.type !== 'native')
          throw this.#refuse(typeName(prototype), 'it crosses to threads only');
        assign(container, key, value);
    }
  }

  #fields<C extends Container>(value: object, copy: C): C {
    this.#draft.copies.set(value, copy);
    for (const key of Object.keys(value)) this.#child(copy, key, (value as Record<string, unknown>)[key]);
    return copy;
  }

  #child(container: Container, key: string | number, value: unknown, label: string | number = key): void {
    this.#draft.path.push(label);
    this.#place(container, key, value);
    this.#draft.path.pop();
  }

  #function(fn: object): number {
    const method = methodParts(fn);
    if (method !== null) return this.#reduced(fn, [bindMethod, method]);
    const reference = referenceOf(fn) ?? globalReference(fn as { readonly name: string });
    if (reference === undefined) throw refuseFunction(fn as { readonly name: string }, this.#draft.path);
    const part = this.#draft.begin(fn);
    this.#draft.steps.push([Op.reference, part, this.#table.number(reference)]);
    return part;
  }

  #map(map: Map<unknown, unknown>): number {
    const part = this.#draft.begin(map);
    this.#draft.steps.push([Op.map, part]);
    const flat: unknown[] = [];
    for (const [key, value] of map) {
      this.#child(flat, flat.length, key, `key ${flat.length / 2}`);
      this.#child(flat, flat.length, value, typeof key === 'string' ? key : `value ${(flat.length - 1) / 2}`);
    }
    this.#draft.steps.push([Op.entries, part, flat]);
    return part;
  }

  #set(set: Set<unknown>): number {
    const part = this.#draft.begin(set);
    this.#draft.steps.push([Op.set, part]);
    const members: unknown[] = [];
    for (const value of set) this.#child(members, members.length, value);
    this.#draft.steps.push([Op.members, part, members]);
    return part;
  }

  #buffer(buffer: Buffer): number {
    const part = this.#draft.begin(buffer);
    const moved = this.#owned && isWhole(buffer) && isWorthTransferring(buffer);
    const bytes = moved ? new Uint8Array(buffer.buffer as ArrayBuffer) : this.#copyOf(buffer);
    this.#giveAway(bytes);
    this.#draft.steps.push([Op.buffer, part, bytes]);
    return part;
  }

  #copyOf<B extends ArrayBuffer | NodeJS.ArrayBufferView>(bytes: B): B | Uint8Array {
    if (isGivenUp(bytes)) {
      throw this.#refuse(
        bytes.constructor.name,
        'its memory has been given up already, as that of a result is: return a copy',
      );
    }
    return exactCopy(bytes);
  }

  #giveAway(copy: ArrayBuffer | NodeJS.ArrayBufferView): void {
    if (isWorthTransferring(copy))
      this.#draft.transfers.add((ArrayBuffer.isView(copy) ? copy.buffer : copy) as ArrayBuffer);
  }

  #reduced(value: object, reduced: Reduced): number {
    const part = this.#draft.begin(value);
    const [restore, args, state] = reduced;
    const reference = referenceOf(restore);
    if (reference === undefined) throw refuseFunction(restore, this.#draft.path);
    this.#draft.open.add(part);
    const given: unknown[] = [];
    for (const argument of args) this.#child(given, given.length, argument);
    this.#draft.open.delete(part);
    this.#draft.steps.push([Op.call, part, this.#table.number(reference), given]);
    if (state !== undefined) this.#draft.steps.push([Op.state, part, this.#fields(state, {})]);
    return part;
  }

  #instance(value: object, cls: Reference): number {
    const part = this.#draft.begin(value);
    this.#draft.steps.push([Op.instance, part, this.#table.number(cls)]);
    this.#draft.steps.push([Op.state, part, this.#fields(value, {})]);
    return part;
  }

  #nodeStream(stream: Readable): number {
    const { readableObjectMode: objectMode, readableEncoding: encoding } = stream;
    return this.#stream(stream, { type: 'node-stream', objectMode, encoding });
  }

  #stream(source: object, kind: StreamKind): number {
    const part = this.#draft.begin(source);
    const origin = this.#owned ? foreignId(source) : undefined;
    if (origin !== undefined) {
      // It came with the call and goes back in its original form, as it cannot be read twice.
      this.#draft.steps.push([Op.home, part, origin]);
      return part;
    }
    const { port1, port2 } = new MessageChannel();
    this.#draft.streams.push({ source, port: port1 });
    this.#draft.transfers.add(port2);
    this.#draft.steps.push([Op.stream, part, port2, kind, homeId(source)]);
    return part;
  }

  /**
   * Its class, or the nearest importable ancestor, and all its own fields. A field that
   * cannot cross is dropped: losing the error would be worse.
   */
  #error(error: Error): number {
    const part = this.#draft.begin(error);
    const [known, lostName] = errorClass(error);
    const cls = typeof known === 'string' ? known : this.#table.number(known);
    // Only a DOMException keeps its message outside its fields.
    const message = tagOf(error) === 'DOMException' ? (error as DOMException).message : '';
    this.#draft.steps.push([Op.error, part, cls, message, lostName]);
    const names: string[] = [];
    const values: unknown[] = [];
    const enumerable: boolean[] = [];
    for (const key of Object.getOwnPropertyNames(error)) {
      const before = this.#draft.mark();
      try {
        this.#child(values, names.length, (error as unknown as Record<string, unknown>)[key], key);
        enumerable.push(Object.prototype.propertyIsEnumerable.call(error, key));
        names.push(key);
      } catch {
        this.#draft.rollBack(before);
        values.length = names.length;
      }
    }
    this.#draft.steps.push([Op.fields, part, names, values, enumerable]);
    return part;
  }

  /** The first time a nested message, as it outlives this one; later only the slot that keeps it. */
  #remembered(remembered: Remembered): number {
    const part = this.#draft.begin(remembered);
    let slot = this.#table.slotOf(remembered);
    if (slot === undefined) {
      const encoder = new Encoder(
        { name: this.#draft.path.join('.'), persistent: this.#persistent },
        this.#table,
        this.#draft.transfers,
        this.#draft.streams,
      );
      const value = encoder.#pickle(remembered.value);
      slot = this.#table.remember(remembered);
      (this.#memories ??= []).push([slot, value]);
    }
    const recalls = (this.#recalls ??= []);
    this.#draft.steps.push([Op.recall, part, recalls.length]);
    recalls.push(slot);
    return part;
  }

  #refuse(what: string, fix: string): PicklingError {
    return refuse(what, this.#draft.path, fix);
  }
}
