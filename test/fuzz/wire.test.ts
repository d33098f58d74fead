import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Case } from './harness.js';
import { ADAPTERS, Fuzzer, heapUsed } from './harness.js';
import { ANSWERS, type Answer } from './answers.js';
import { mutate, randomOf } from './random.js';
import { sample, SEED, times } from './seed.js';

// Seconds on a free machine; others may be using this one.
vi.setConfig({ testTimeout: 60_000 });

const BYTES = ANSWERS.map(({ bytes }) => bytes);
const ENDS = ['end', 'end', 'end', 'reset'] as const;

/** Text of what parsers care about, mostly. */
const nasty = fc.string({
  unit: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...Array.from('\r\n\t\0 :;,="\\/%.-_+()<>[]{}')) },
    { weight: 4, arbitrary: fc.constantFrom(...Array.from('aA0159fFxXzZ')) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) },
  ),
  maxLength: 30,
});

describe.each(ADAPTERS)(
  '1.13: whatever a server sends to $name ends in a Response or a documented exception',
  ({ make }) => {
    test('status lines', async () => {
      await using fuzzer = await Fuzzer.start(make);
      const version = fc.oneof(
        fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2', 'HTTP/1.10', 'http/1.1', 'ICY', ''),
        nasty,
      );
      const status = fc.oneof(
        fc.integer({ min: -1, max: 1100 }).map(String),
        fc.constantFrom('', '200', '20', '2000', '+20', '1e2', '０２０'),
        nasty,
      );
      const separator = fc.constantFrom(' ', ' ', ' ', '', '  ', '\t', '\r');
      const end = fc.constantFrom('\r\n', '\r\n', '\n', '\r', '');
      const lines = sample(fc.tuple(version, separator, status, separator, nasty, end), 1500);
      const cases = lines.map(
        (parts): Case => ({ writes: [`${parts.join('')}Content-Length: 2\r\n\r\nhi`] }),
      );
      const { responses, errors } = await fuzzer.run(cases, ({ response }) => {
        if (response) expect(response.status_code).toBeTypeOf('number');
      });
      expect(responses).toBeGreaterThan(0);
      expect(errors['ConnectionError']).toBeGreaterThan(0);
    });

    test('header lines', async () => {
      await using fuzzer = await Fuzzer.start(make);
      const headerName = fc.oneof(
        fc.constantFrom(
          'Content-Length',
          'Transfer-Encoding',
          'Content-Encoding',
          'Connection',
          'Content-Type',
          'Keep-Alive',
          'Upgrade',
          'Link',
          'X-A',
          '__proto__',
          'constructor',
        ),
        fc.constantFrom('X-B', 'Date', 'Server'),
        nasty,
      );
      const value = fc.oneof(
        fc.constantFrom(
          '2',
          '2, 2',
          '3',
          '-1',
          '0x2',
          '99999999999999999999',
          'chunked',
          'gzip',
          'identity',
          'close',
          'keep-alive',
          'upgrade',
          'text/html; charset=',
          'text/plain; charset="x',
          'timeout=-5',
          'timeout=99999999999',
        ),
        nasty,
      );
      const line = fc.tuple(
        headerName,
        fc.oneof(
          { weight: 9, arbitrary: fc.constantFrom(': ', ':') },
          { weight: 1, arbitrary: fc.constantFrom(' : ', ' ', '') },
        ),
        value,
        fc.oneof(
          { weight: 9, arbitrary: fc.constant('\r\n') },
          { weight: 1, arbitrary: fc.constantFrom('\n', '\r\n ') },
        ),
      );
      const heads = sample(
        fc.array(
          line.map((parts) => parts.join('')),
          { minLength: 1, maxLength: 5 },
        ),
        1500,
      );
      const cases = heads.map(
        (head, i): Case => ({
          writes: [`HTTP/1.1 200 OK\r\n${head.join('')}${i % 2 ? 'Content-Length: 2\r\n' : ''}\r\nhi`],
        }),
      );
      const { responses } = await fuzzer.run(cases, ({ response }) => {
        if (!response) return;
        // What is looked at lazily must not fail either.
        for (const [key, content] of response.headers.items()) expect(key + content).not.toMatch(/[\r\n]/);
        expect([typeof response.text, typeof response.links]).toEqual(['string', 'object']);
      });
      expect(responses).toBeGreaterThan(100);
    });

    test('chunk sizes', async () => {
      await using fuzzer = await Fuzzer.start(make);
      const size = fc.oneof(
        fc.constantFrom(
          '5',
          '05',
          '0005',
          '5 ',
          ' 5',
          '5;a',
          '5;a=b',
          '+5',
          '-5',
          '0x5',
          '5h',
          '',
          'ffffffffffffffff',
          '10000000000000000',
          'FFFFFFFF',
          '5.0',
          '٥',
          '0',
        ),
        nasty,
      );
      const chunk = fc.tuple(
        size,
        fc.constantFrom('\r\n', '\r\n', '\n', '\r', ''),
        fc.constantFrom('hello', 'hell', 'hello!', ''),
        fc.constantFrom('\r\n', '\r\n', '', '\n'),
      );
      const bodies = sample(
        fc.tuple(
          fc.array(
            chunk.map((parts) => parts.join('')),
            { minLength: 1, maxLength: 4 },
          ),
          fc.constantFrom('0\r\n\r\n', '0\r\n', ''),
        ),
        1500,
      );
      const cases = bodies.map(
        ([chunks, last]): Case => ({
          writes: [`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n`, chunks.join('') + last],
        }),
      );
      const { responses, errors } = await fuzzer.run(cases);
      expect(responses).toBeGreaterThan(0);
      expect(errors['ChunkedEncodingError']).toBeGreaterThan(100);
    });

    test('valid answers with accidents; the heap stays flat', async () => {
      const random = randomOf(SEED);
      const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
      await using fuzzer = await Fuzzer.start(make);
      const round = async (n: number): Promise<void> => {
        const cases = Array.from({ length: n }, (): Case => {
          const bytes = mutate(pick(BYTES), random, BYTES);
          const at = Math.floor(random() * bytes.length);
          const writes = random() < 0.3 ? [bytes.subarray(0, at), bytes.subarray(at)] : [bytes];
          return { writes, then: pick(ENDS) };
        });
        const { responses, errors } = await fuzzer.run(cases);
        expect(responses).toBeGreaterThan(n / 20);
        expect(Object.keys(errors).length).toBeGreaterThan(2);
        fuzzer.server.connections.length = 0;
        fuzzer.session.cookies.clear();
      };
      await round(times(1000));
      // What is kept of each request grows the heap in every round; code that V8 compiles and tables that fill do so in some.
      const growth: number[] = [];
      for (let i = 0; i < 4; i++) {
        const before = heapUsed();
        await round(times(1000));
        growth.push(heapUsed() - before);
      }
      expect(Math.min(...growth)).toBeLessThan(times(1000) * 400);
    });

    test('a part of a framed answer is never taken for the whole', async () => {
      await using fuzzer = await Fuzzer.start(make);
      interface Part extends Case {
        readonly of: Answer;
        readonly at: number;
      }
      const cases = ANSWERS.flatMap((of) =>
        Array.from(
          { length: of.bytes.length },
          (_, at): Part => ({
            of,
            at,
            writes: [of.bytes.subarray(0, at)],
            then: at % 5 === 4 ? 'reset' : 'end',
          }),
        ),
      );
      const { errors } = await fuzzer.run(cases, ({ response }, { of, at }) => {
        if (response && of.framed)
          expect([of.name, at, response.content.toString('latin1')]).toEqual([of.name, at, of.body]);
      });
      expect(errors['ConnectionError']).toBeGreaterThan(500);
      expect(errors['ChunkedEncodingError']).toBeGreaterThan(200);
    });

    test('an answer is the same however its bytes are split', async () => {
      await using fuzzer = await Fuzzer.start(make);
      interface Split extends Case {
        readonly of: Answer;
      }
      const cases = ANSWERS.flatMap((of): Split[] => {
        const pairs = Array.from({ length: of.bytes.length - 1 }, (_, at) => ({
          of,
          writes: [of.bytes.subarray(0, at + 1), of.bytes.subarray(at + 1)],
        }));
        return [...pairs, { of, writes: Array.from(of.bytes, (byte) => Buffer.of(byte)) }];
      });
      await fuzzer.run(cases, ({ response, error }, { of }) => {
        if (error) throw error;
        expect([response.status_code, response.content.toString('latin1')]).toEqual([of.status, of.body]);
      });
    });

    test('bytes after an answer are never the answer to the next request', async () => {
      await using fuzzer = await Fuzzer.start(make);
      const own = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nown';
      const foreign = 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nforeign';
      const cases = Array.from({ length: times(300) }, (_, i): Case => {
        const surplus = i % 3 === 0 ? foreign : foreign.slice(0, i % foreign.length);
        return { writes: i % 2 ? [own, surplus] : [own + surplus], then: 'keep' };
      });
      await fuzzer.run(cases, async ({ response, error }) => {
        if (response) expect(response.text).toBe('own');
        else expect(error.name).toBe('ConnectionError');
        // Time enough for the surplus to arrive on the idle connection.
        await new Promise((resolve) => setTimeout(resolve, 2));
      });
    });
  },
);
