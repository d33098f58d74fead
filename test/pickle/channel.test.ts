/** What the two ends of a channel know of each other: references by number, values to be remembered, short forms. */
import { describe, expect, test } from 'vitest';
import { RuntimeError, setReferences } from '../../src/builtins/index.js';
import {
  decode,
  encode,
  encodeForChannel,
  importable,
  isShallow,
  isShort,
  type Message,
  receive,
  ReceivedReferences,
  Remembered,
  restoreBytes,
  SentReferences,
  setShortForm,
  shortenBytes,
  type Shortened,
} from '../../src/pickle/index.js';

const double = importable((x: number) => 2 * x, import.meta.url, 'double');

/** Both ends, with structured clone between them. */
class Channel {
  readonly sent = new SentReferences();
  readonly #received = new ReceivedReferences();

  send(value: unknown): unknown {
    const { message } = encode(value, { table: this.sent });
    return this.arrive(message)();
  }

  /** What has arrived can be made later than what comes after it. */
  arrive(message: Message): () => unknown {
    const received = receive(structuredClone(message), this.#received);
    return () => decode(received);
  }
}

describe('a remembered value', () => {
  test('crosses once, and is the same object again each time', () => {
    const channel = new Channel();
    const remembered = new Remembered({ fn: double, list: [1, 2] });
    const first = channel.send({ value: remembered }) as { value: { fn: unknown } };
    expect(first.value).toEqual({ fn: double, list: [1, 2] });
    expect(first.value.fn).toBe(double);
    const { message } = encode([remembered, 5], { table: channel.sent });
    expect(message.memories).toBeUndefined();
    const [again, five] = channel.arrive(message)() as unknown[];
    expect(again).toBe(first.value);
    expect(five).toBe(5);
  });

  test('is the one that was meant when the message was sent, though others have come since', () => {
    const channel = new Channel();
    const early = channel.arrive(encode(new Remembered('early'), { table: channel.sent }).message);
    for (let n = 0; n < 100; n += 1) expect(channel.send(new Remembered(n))).toBe(n);
    expect(early()).toBe('early');
  });

  test('that was pushed out by others crosses once more', () => {
    const channel = new Channel();
    const remembered = new Remembered('mine');
    for (let round = 0; round < 3; round += 1) {
      expect(channel.send(remembered)).toBe('mine');
      for (let n = 0; n < 50; n += 1) channel.send(new Remembered(n));
    }
  });

  test('of a message that could not be sent is sent with the next', () => {
    const channel = new Channel();
    const remembered = new Remembered([double]);
    expect(() => encode([remembered, Symbol('s')], { table: channel.sent })).toThrow(/'symbol'/);
    encode([remembered], { table: channel.sent });
    channel.sent.takeBack();
    expect(channel.send([remembered])).toEqual([[double]]);
  });
});

class Pair {
  constructor(
    readonly left: unknown,
    readonly fn: object,
    readonly right: Remembered,
  ) {}
}
importable(Pair, import.meta.url);

function restorePair(values: [unknown], [fn]: [object], right: unknown): Pair {
  return new Pair(values[0], fn, right as Remembered);
}
setReferences(import.meta.url, { restorePair });
setShortForm(
  Pair.prototype,
  ({ left, fn, right }: Pair): Shortened | null =>
    isShallow(left) ? { values: [left], functions: [fn], remembered: right, transfer: null } : null,
  restorePair,
);

describe('a short form', () => {
  test('is used once the other side knows what it refers to, and gives the same', () => {
    const channel = new Channel();
    const right = new Remembered({ right: true });
    const pair = new Pair({ a: 1 }, double, right);
    for (const expected of [false, true, true]) {
      const { message } = encodeForChannel(pair, { table: channel.sent, form: Pair.prototype });
      expect(isShort(message)).toBe(expected);
      const got = channel.arrive(message)() as Pair;
      expect(got).toBeInstanceOf(Pair);
      expect([got.left, got.fn, got.right]).toEqual([{ a: 1 }, double, { right: true }]);
    }
  });

  test('is not for what is not plain, nor for functions that the other side does not know', () => {
    const channel = new Channel();
    const right = new Remembered(1);
    const options = { table: channel.sent, form: Pair.prototype };
    for (let n = 0; n < 2; n += 1)
      channel.arrive(encodeForChannel(new Pair(1, double, right), options).message)();
    const date = new Pair(new Date(5), double, right);
    const { message } = encodeForChannel(date, options);
    expect(isShort(message)).toBe(false);
    expect((channel.arrive(message)() as Pair).left).toEqual(new Date(5));
    expect(() => encodeForChannel(new Pair(1, () => 1, right), options)).toThrow(RuntimeError);
    expect(isShort(encodeForChannel({}, { table: channel.sent, form: Object.prototype }).message)).toBe(
      false,
    );
    expect(isShort(encodeForChannel(1, { table: channel.sent, form: null }).message)).toBe(false);
    // What could not be sent has not disturbed the channel.
    const again = encodeForChannel(new Pair(2, double, right), options).message;
    expect(isShort(again)).toBe(true);
    expect((channel.arrive(again)() as Pair).left).toBe(2);
  });

  test('plain are primitives, and lists and objects of them', () => {
    const plain = [1, 'a', null, undefined, 3n, [1, 'a'], { a: 1, b: null }, {}, []];
    expect(plain.filter((value) => !isShallow(value))).toEqual([]);
    const other = [
      Symbol('s'),
      () => 1,
      [[1]],
      { a: {} },
      new Date(),
      new Map(),
      Object.create(null),
      [() => 1],
    ];
    expect(other.filter((value) => isShallow(value))).toEqual([]);
    expect(isShallow(JSON.parse('{"__proto__":1}'))).toBe(false);
  });

  test.each([0, 1, 1000, 16_383, 16_384, 70_000])('%i bytes arrive as they were', (size) => {
    const bytes = Buffer.from(Array.from({ length: size }, (_, n) => n % 256));
    const before = Buffer.from(bytes);
    const short = shortenBytes(bytes);
    if (short === null) throw new Error('they are refused');
    const got = restoreBytes(structuredClone(short, typeof short === 'string' ? {} : { transfer: [short] }));
    expect(got.equals(before)).toBe(true);
  });

  test('bytes that share their memory leave the rest of it alone, and those that are gone are refused', () => {
    const memory = new ArrayBuffer(100_000);
    const part = Buffer.from(memory, 10, 50_000);
    const short = shortenBytes(part);
    if (typeof short !== 'object') throw new Error('it is no memory');
    structuredClone(short, { transfer: [short as ArrayBuffer] });
    expect(memory.byteLength).toBe(100_000);
    const gone = Buffer.from(new ArrayBuffer(20_000));
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    expect(shortenBytes(gone)).toBeNull();
  });
});
