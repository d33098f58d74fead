/**
 * Vets a message before it is decoded. Others can write to Redis, so a message may only create values, and name only what is
 * permitted there. (See `src/pickle/message.ts` for the form of a message.)
 */
import { isConstructor, isPlainObject } from '../builtins/index.js';
import { Op, type Pickled, UnpicklingError } from '../pickle/index.js';
import { type Named, type Names } from './names.js';
import { isOwnName, ownUse } from './own-names.js';

/** Global error classes. */
const GLOBAL_ERRORS = [
  'AggregateError',
  'DOMException',
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
];

/** The kind of a part of a message, which decides what steps may do to it. */
type Part = 'value' | 'state' | 'error' | 'map' | 'set' | `name:${string}`;

/**
 * Whether a message may call the restoring function `name`.
 * @param target what it stands for
 */
export function mayRestore(name: string, target: Named): boolean {
  return isOwnName(name) ? ['restoring', 'arriving'].includes(ownUse(name)) : isConstructor(target);
}

/**
 * The message, if it may be decoded.
 * @param list its names, by number
 * @param names what the names stand for
 * @throws UnpicklingError for anything else, LookupError for an unknown name
 */
export function vet(message: unknown, list: unknown, names: Names): Pickled {
  const vetting = new Vetting(namesOf(list), names);
  vetting.message(message, true);
  // Its form now matches the type.
  return message as Pickled;
}

function namesOf(list: unknown): string[] {
  if (!Array.isArray(list) || !list.every((name) => typeof name === 'string' && name !== '')) {
    throw refuse('its names are no list of names');
  }
  return list as string[];
}

function refuse(why: string): UnpicklingError {
  return new UnpicklingError(`The message is refused: ${why}`);
}

function isIndex(value: unknown, end: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < end;
}

/** The most parts, steps and slots that a message can have. */
const MANY = 2 ** 24;

class Vetting {
  readonly #list: readonly string[];
  readonly #targets: readonly Named[];
  #slots: ReadonlySet<number> = new Set();

  constructor(list: readonly string[], names: Names) {
    this.#list = list;
    this.#targets = list.map((name) => names.target(name));
  }

  message(message: unknown, isOuter: boolean): void {
    if (!isPlainObject(message)) throw refuse('it is no object');
    const { box, steps = [], recalls = [], memories = [] } = message;
    const fields = isOuter ? ['box', 'steps', 'recalls', 'memories'] : ['box', 'steps'];
    if (Object.keys(message).some((name) => !fields.includes(name))) throw refuse('it has unknown fields');
    if (!Array.isArray(box) || box.length !== 1) throw refuse('it holds no value');
    if (!Array.isArray(steps) || !Array.isArray(recalls) || !Array.isArray(memories)) {
      throw refuse('its steps are no list');
    }
    if (isOuter) this.#memories(memories, recalls);
    new StepVetting(this.#list, this.#targets, recalls.length).all(steps as unknown[]);
  }

  #memories(memories: unknown[], recalls: unknown[]): void {
    const slots = new Set<number>();
    for (const memory of memories) {
      if (!Array.isArray(memory) || memory.length !== 2 || !isIndex(memory[0], MANY)) {
        throw refuse('what it remembers has no place');
      }
      slots.add(memory[0]);
      this.message(memory[1], false);
    }
    this.#slots = slots;
    if (!recalls.every((slot) => isIndex(slot, MANY) && this.#slots.has(slot))) {
      throw refuse('it recalls what it does not hold');
    }
  }
}

/** The steps of one message, in order: each may use only parts made before it. */
class StepVetting {
  readonly #parts: Part[] = [];
  /** The functions that were filled in as the second argument of a call, by the list of its arguments. */
  readonly #makers = new Map<object, Set<string>>();

  constructor(
    readonly list: readonly string[],
    readonly targets: readonly Named[],
    readonly recalls: number,
  ) {}

  all(steps: readonly unknown[]): void {
    for (const step of steps) {
      if (!Array.isArray(step)) throw refuse('a step is no list');
      this.#step(step);
    }
  }

  #step([op, ...step]: unknown[]): void {
    switch (op) {
      case Op.fill:
        this.#fill(step);
        break;
      case Op.reference:
        this.#make(step[0], this.#reference(step[1]));
        break;
      case Op.call:
        this.#call(step);
        break;
      case Op.instance:
        this.#class(step[1]);
        this.#make(step[0], 'state');
        break;
      case Op.state:
        this.#is(step[0], 'state');
        this.#object(step[1]);
        break;
      case Op.error:
        this.#error(step);
        break;
      case Op.fields:
        this.#is(step[0], 'error');
        if (!this.#texts(step[1])) throw refuse('the fields of an error have no names');
        this.#list(step[2]);
        this.#list(step[3]);
        break;
      case Op.map:
      case Op.set:
        this.#make(step[0], op === Op.map ? 'map' : 'set');
        break;
      case Op.entries:
      case Op.members:
        this.#is(step[0], op === Op.entries ? 'map' : 'set');
        this.#list(step[1]);
        break;
      case Op.buffer:
        if (!(step[1] instanceof Uint8Array)) throw refuse('bytes are no bytes');
        this.#make(step[0], 'value');
        break;
      case Op.recall:
        if (!isIndex(step[1], this.recalls)) throw refuse('it recalls what it does not hold');
        this.#make(step[0], 'value');
        break;
      default:
        throw refuse('it has a step that messages between machines do not have');
    }
  }

  /** A part is made once, and the next one after the last. */
  #make(part: unknown, kind: Part): void {
    if (!isIndex(part, MANY) || this.#parts[part] !== undefined) throw refuse('a part is made twice');
    this.#parts[part] = kind;
  }

  #part(part: unknown): Part {
    const kind = isIndex(part, MANY) ? this.#parts[part] : undefined;
    if (kind === undefined) throw refuse('it uses a part before it is made');
    return kind;
  }

  #is(part: unknown, kind: Part): void {
    if (this.#part(part) !== kind) throw refuse('a part is not of the kind that a step is for');
  }

  #fill([container, key, part]: unknown[]): void {
    const kind = this.#part(part);
    if (Array.isArray(container)) {
      if (!isIndex(Number(key), MANY)) throw refuse('a list is filled at no index');
      if (Number(key) === 1) {
        const filled = this.#makers.get(container) ?? new Set();
        this.#makers.set(container, filled.add(kind));
      }
    } else if (!isPlainObject(container) || typeof key !== 'string') throw refuse('a hole is in no object');
  }

  #name(number: unknown): string {
    const name = isIndex(number, this.list.length) ? this.list[number] : undefined;
    if (name === undefined) throw refuse('it refers to a name that it does not have');
    return name;
  }

  #reference(number: unknown): Part {
    const name = this.#name(number);
    if (isOwnName(name) && !['class', 'making'].includes(ownUse(name))) {
      throw refuse(`'${name}' is not for messages`);
    }
    return `name:${name}`;
  }

  #class(number: unknown): void {
    const name = this.#name(number);
    if (isOwnName(name) && ownUse(name) !== 'class') throw refuse(`'${name}' is no class`);
  }

  #call([part, number, args]: unknown[]): void {
    const name = this.#name(number);
    if (!mayRestore(name, this.targets[number as number] as Named)) {
      throw refuse(`'${name}' was not declared to be a constructor: copyreg.constructor(${name})`);
    }
    this.#list(args);
    const arrives = isOwnName(name) && ownUse(name) === 'arriving';
    if (arrives) this.#checkMaker(args as unknown[]);
    // A message must not change an object whose home is here.
    this.#make(part, arrives ? 'value' : 'state');
  }

  #checkMaker(args: unknown[]): void {
    const makers = this.#makers.get(args);
    const isMaker = (kind: string): boolean => {
      const name = kind.slice('name:'.length);
      return kind.startsWith('name:') && isOwnName(name) && ownUse(name) === 'making';
    };
    if (makers === undefined || ![...makers].every(isMaker)) throw refuse('an object is made by no maker');
  }

  #error([part, cls, message, lostName]: unknown[]): void {
    if (typeof cls !== 'string') this.#class(cls);
    else if (!GLOBAL_ERRORS.includes(cls)) throw refuse(`'${cls}' is no class of errors`);
    if (typeof message !== 'string' || typeof lostName !== 'string') throw refuse('an error has no text');
    this.#make(part, 'error');
  }

  #list(value: unknown): void {
    if (!Array.isArray(value)) throw refuse('what should be a list is none');
  }

  #texts(value: unknown): boolean {
    return Array.isArray(value) && value.every((item) => typeof item === 'string');
  }

  #object(value: unknown): void {
    if (!isPlainObject(value)) throw refuse('what should be an object is none');
  }
}
