import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { LookupError, markedTargets, referenceOf } from '../../src/builtins/index.js';
import { BullMQExecutor, BullMQWorker } from '../../src/bullmq/index.js';
import { decodeCall, decodeOutcome, encodeCall, encodeOutcome } from '../../src/bullmq/envelope.js';
import { ProgramNames, WorkerNames } from '../../src/bullmq/names.js';
import { ownName, ownUse } from '../../src/bullmq/own-names.js';
import { copyreg, importable, PicklingError, UnpicklingError } from '../../src/concurrent-futures/index.js';
import { Op } from '../../src/pickle/index.js';
import '../../src/index.js';
import { get, Session } from '../../src/requests/index.js';
import { eventually, hasRedis, newQueue, openQueue, startRedis } from './redis.js';

let ran: unknown[] = [];
const url = 'file:///elsewhere/hostile.js';
/** What a message must never have run by itself. */
const danger = importable(function danger(...args: unknown[]) {
  ran.push(args);
  return 'ran';
}, url);
class Marked {
  static removed = (): unknown => ran.push('removed');
  x = 1;
  go(): void {
    ran.push('went');
  }
  static remove(): void {
    ran.push('removed');
  }
}
importable(Marked, url);
const restore = importable(function restore(x: unknown) {
  return { restored: x };
}, url);
copyreg.constructor(restore);

const program = new ProgramNames();
const worker = new WorkerNames();
worker.add([danger, Marked, restore]);
// As what the worker is given: not what the class holds.
worker.add(Marked);

const own: Record<string, string> = {};
for (const target of markedTargets()) {
  const name = ownName(referenceOf(target) as { url: string; name: string });
  if (name !== null) own[name.slice(name.indexOf('#') + 1)] = name;
}

function inJob(bytes: Buffer): { call: string } {
  return { call: bytes.toString('base64') };
}

/** The outcome that these steps describe. */
function outcome(
  list: unknown,
  steps: unknown,
  box: unknown = [['value', []]],
  effects: unknown = [],
): Buffer {
  return serialize([effects, list, { box, steps }]);
}

function call(name: unknown, list: unknown = [], message: unknown = { box: [[1]] }): { call: string } {
  return inJob(serialize([name, list, message]));
}

beforeAll(() => {
  ran = [];
});

describe('a message that was not written by this package', () => {
  test('is refused as a call, whatever it names', () => {
    for (const name of [
      '',
      'global:eval',
      'eval',
      'process.exit',
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'danger.call',
      'node:fs#readFileSync',
      'data:text/javascript,export const x = 1#x',
      `${url}#danger`,
      '../hostile.js#danger',
      'file:///etc/passwd',
      own['changeCookies'],
      own['copyFileStream'],
      own['restoreResponse'],
      own['Session'],
      own['logHere'],
      own['callMethod'],
      own['bindMethod'],
      own['get'],
      own['session'],
      'Marked.remove',
      'Marked.prototype.remove',
      7,
      null,
      ['danger'],
    ]) {
      expect(() => decodeCall(call(name), worker, 1e9), String(name)).toThrow(
        /no importable function|nothing that can be called|no call/,
      );
    }
  });

  test('gains no call of methods by those that threads of one program may call', () => {
    for (const name of ['callMethod', 'bindMethod']) {
      const args = ['text', 'constructor', 'ran.push(1)'];
      const container: unknown[] = [null];
      const message = {
        box: [container],
        steps: [
          [Op.call, 0, 0, args],
          [Op.fill, container, 0, 0],
        ],
      };
      expect(() => decodeCall(call('danger', [own[name]], message), worker, 1e9), name).toThrow(
        /was not declared to be a constructor/,
      );
      const reference = { box: [container], steps: [[Op.reference, 0, 0]] };
      expect(() => decodeCall(call('danger', [own[name]], reference), worker, 1e9), name).toThrow(
        /is not for messages/,
      );
    }
    expect(worker.list()).toEqual(['Marked', 'danger', 'restore']);
    expect(ran).toEqual([]);
  });

  test('is not written for what no worker would call', () => {
    const session = new Session();
    /* eslint-disable @typescript-eslint/unbound-method -- a session's verbs are bound, and the class's is the mistake */
    for (const fn of [get, session.get, importable(new Marked(), 'go'), Marked.remove] as (() => unknown)[]) {
      expect(() => encodeCall(fn, ['x'], program, 1e6), fn.name).toThrow(
        /^Cannot call (get|go|remove)\(\) on another machine: .* Call it in an importable function$/,
      );
    }
    expect(() => encodeCall(danger, [session.get], program, 1e6)).toThrow(PicklingError);
    /* eslint-enable @typescript-eslint/unbound-method */
  });

  test('is refused when it is no message at all', () => {
    const data = encodeCall(danger, [new Map()], program, 1e6).data;
    expect(decodeCall(data, worker, 1e9).args()).toEqual([new Map()]);
    const good = Buffer.from((data as { call: string }).call, 'base64');
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('{}'),
      Buffer.from('garbage'),
      good.subarray(0, good.length - 3),
      serialize(null),
      serialize([]),
      serialize({ box: [1] }),
      serialize(['danger', [], null]),
      serialize(['danger', [], { box: [] }]),
      serialize(['danger', [], { box: [1, 2] }]),
      serialize(['danger', [], { box: [[]], steps: {} }]),
      serialize(['danger', [], { box: [[]], extra: 1 }]),
      serialize(['danger', [], { box: [[]], references: [{ url: 'data:text/javascript,1', name: 'x' }] }]),
      serialize(['danger', {}, { box: [[]] }]),
      serialize(['danger', [1], { box: [[]] }]),
    ]) {
      expect(() => decodeCall(inJob(bytes), worker, 1e9)).toThrow(UnpicklingError);
    }
    expect(() => decodeCall(call('danger', [], { box: [7] }), worker, 1e9).args()).toThrow('no list');
    expect(() => decodeCall(call('danger', ['nowhere']), worker, 1e9)).toThrow(LookupError);
  });

  test('has nothing run on the side of the client', () => {
    program.nameOf({ url, name: 'danger' });
    const args = ['x'];
    const container: unknown[] = [null, []];
    const adapterArgs: unknown[] = ['id', null, [null, null, {}, null, {}]];
    for (const [list, steps, box] of [
      // As a restoring function, which it was not declared to be.
      [
        ['danger'],
        [
          [Op.call, 0, 0, args],
          [Op.fill, container, 0, 0],
        ],
        [container],
      ],
      // By way of a function of this package that calls what it is given.
      [
        [own['arrive'], 'danger'],
        [
          [Op.reference, 0, 1],
          [Op.fill, adapterArgs, 1, 0],
          [Op.call, 1, 0, adapterArgs],
        ],
      ],
      [
        [own['receive'], 'danger'],
        [
          [Op.reference, 0, 1],
          [Op.fill, adapterArgs, '1', 0],
          [Op.call, 1, 0, adapterArgs],
        ],
      ],
      // One that opens files, one that does things at home, one that sends.
      [[own['arrive'], own['copyFileStream']], [[Op.reference, 0, 1]]],
      [[own['changeCookies']], [[Op.call, 0, 0, []]]],
      [[own['requestInSlot']], [[Op.call, 0, 0, []]]],
      [[own['sendInSlot']], [[Op.reference, 0, 0]]],
      [[own['arrive']], [[Op.call, 0, 0, ['id']]]],
      // What is imported is not to be changed.
      [
        [own['Session']],
        [
          [Op.reference, 0, 0],
          [Op.state, 0, { prototype: {} }],
        ],
      ],
      [
        ['Marked'],
        [
          [Op.reference, 0, 0],
          [Op.fields, 0, ['x'], [1], [true]],
        ],
      ],
      [
        ['Marked'],
        [
          [Op.reference, 0, 0],
          [Op.entries, 0, []],
        ],
      ],
      // Classes that are everywhere and are no errors.
      [[], [[Op.error, 0, 'Function', '', '']]],
      [[], [[Op.error, 0, 'process', '', '']]],
      // What machines do not have.
      [[], [[Op.stream, 0, null, { type: 'iterable' }, 'id']]],
      [[], [[Op.home, 0, 'id']]],
      [[], [[99, 0]]],
      [[], [[Op.recall, 0, 0]]],
      // Out of place.
      [['Marked'], [[Op.instance, 0, 5]]],
      [['Marked'], [[Op.instance, -1, 0]]],
      [['Marked'], [[Op.instance, 0.5, 0]]],
      [['Marked'], [[Op.instance, '__proto__', 0]]],
      [
        ['Marked'],
        [
          [Op.instance, 0, 0],
          [Op.instance, 0, 0],
        ],
      ],
      [[], [[Op.fill, {}, 'x', 0]]],
      [
        [],
        [
          [Op.map, 0],
          [Op.members, 0, [1]],
        ],
      ],
      [
        [],
        [
          [Op.map, 0],
          [Op.fill, new Map(), 'x', 0],
        ],
      ],
      [[], [null]],
    ] as [unknown, unknown, unknown?][]) {
      expect(() => decodeOutcome(outcome(list, steps, box), program), JSON.stringify(steps)).toThrow(
        UnpicklingError,
      );
    }
    expect(ran).toEqual([]);
  });

  test('has no effects but those that calls have', () => {
    for (const effects of [
      ['danger'],
      [own['logHere']],
      [own['requestInSlot']],
      [7],
      'x',
      [own['restoreResponse']],
    ]) {
      expect(() => decodeOutcome(outcome([], [], [['v', [[]]]], effects), program)).toThrow(UnpicklingError);
    }
    expect(() => decodeOutcome(outcome([], [], [['v', []]], [own['changeCookies']]), program)).toThrow(
      UnpicklingError,
    );
  });

  test('makes what the program has marked or declared, and nothing of a prototype is changed', () => {
    const made = outcome(
      ['Marked', 'restore'],
      [
        [Op.instance, 0, 0],
        [Op.state, 0, JSON.parse('{"__proto__":{"polluted":1},"x":2}')],
        [Op.call, 1, 1, [5]],
      ],
    );
    expect(decodeOutcome(made, program).value).toBe('value');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    const back = decodeOutcome(
      encodeOutcome([new Marked(), { a: restore }], [], 'result', program, 1e6) as Buffer,
      program,
    );
    expect((back.value as unknown[])[0]).toBeInstanceOf(Marked);
    expect((back.value as [unknown, { a: unknown }])[1].a).toBe(restore);
  });

  test('whatever bytes it has, it is refused by an error, and runs nothing', () => {
    const seeds = [
      Buffer.from(
        (
          encodeCall(
            danger,
            [new Marked(), new Map([[1, new TypeError('x')]]), new URL('http://a/')],
            program,
            1e6,
          ).data as { call: string }
        ).call,
        'base64',
      ),
      encodeOutcome(
        { a: [new Marked(), new RangeError('y', { cause: 1 })] },
        [],
        'result',
        program,
        1e6,
      ) as Buffer,
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
        (seed, changes) => {
          const bytes = Buffer.from(seed);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          for (const read of [
            () => decodeCall(inJob(bytes), worker, 1e9).args(),
            () => decodeOutcome(bytes, program),
          ]) {
            try {
              read();
            } catch (error) {
              expect(error).toBeInstanceOf(Error);
            }
          }
        },
      ),
      { numRuns: 3000 },
    );
    expect(ran).toEqual([]);
    expect(deserialize(seeds[0] as Buffer)).toBeInstanceOf(Array);
  });
});

test('every function of this package that can be named has its use told', () => {
  const functions = Object.keys(own).filter((name) => ownUse(own[name] as string) === 'other');
  // Those that messages between machines must not use.
  expect(functions.sort()).toEqual(
    [
      'bindMethod',
      'callMethod',
      'copyFileStream',
      'delete',
      'get',
      'head',
      'logHere',
      'openServing',
      'options',
      'patch',
      'post',
      'put',
      'request',
      'restoreArguments',
      'restoreFile',
      'restoreFileCookieJar',
      'restoreShortResponse',
      'serveInThread',
      'session',
      'warnInsecureRequest',
    ].sort(),
  );
});

describe.skipIf(!hasRedis)('a queue that others write to', () => {
  test('has its entries refused and counted by the worker, which goes on', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const serving = new BullMQWorker({ queue, connection: redis.url, functions: [[danger]], grace: 0 });
    onTestFinished(() => serving.close());
    const executor = new BullMQExecutor({ queue, connection: redis.url });
    onTestFinished(() => executor.shutdown({ wait: false }));
    const bull = openQueue(redis.url, queue);
    const client = `k${'0'.repeat(24)}`;
    const entries: [id: string, data: unknown][] = [
      ['x', null],
      ['../../etc', { call: 'x' }],
      [`${client}-1`, null],
      [`${client}-2`, 'text'],
      [`${client}-3`, { call: 7 }],
      [`${client}-4`, { format: 2, version: '9.0.0', call: 'AAAA' }],
      [`${client}-5`, { format: 1, version: '0.1.0', ...call('nothing') }],
      [`${client}-6`, { format: 1, version: '0.1.0', call: 'x'.repeat(40_000_000) }],
      [
        `${client}-7`,
        { __proto__: null, format: 1, version: '0.1.0', call: Buffer.from('no').toString('base64') },
      ],
    ];
    for (const [jobId, data] of entries) await bull.add('danger', data, { jobId });
    await eventually(() => serving.health().refused).toBe(entries.length);
    expect(await executor.submit(danger, 1)).toBe('ran');
    await eventually(() => serving.health()).toMatchObject({ served: 1, status: 'ok' });
  });

  test('has outcomes refused and counted by the client', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const executor = new BullMQExecutor({ queue, connection: redis.url });
    onTestFinished(() => executor.shutdown({ wait: false, cancel_futures: true }));
    const future = executor.submit(danger, 1);
    await eventually(() => redis.command('LLEN', `bull:${queue}:wait`)).toBe('1');
    const id = redis.command('LINDEX', `bull:${queue}:wait`, '0');
    const results = `bull:${queue}:rf:${id.split('-')[0] ?? ''}:results`;
    const raw = new Redis(redis.url).on('error', () => undefined);
    onTestFinished(() => {
      raw.disconnect();
    });
    await raw.xadd(results, '*', 'nonsense', '1');
    await raw.xadd(results, '*', 'returned unknown', 'x', 'json unknown,', '1', 'json', '', '', '');
    await raw.xadd(results, '*', `returned ${id}`, outcome(['danger'], [[Op.call, 0, 0, []]]));
    await expect(future).rejects.toThrow(UnpicklingError);
    expect(executor.refused).toBe(1);
    const other = executor.submit(danger, 1);
    await eventually(() => redis.command('LLEN', `bull:${queue}:wait`)).toBe('2');
    // Fewer lines than calls.
    await raw.xadd(results, '*', `json unknown,${redis.command('LINDEX', `bull:${queue}:wait`, '0')}`, '1');
    await expect(other).rejects.toThrow('The result is no JSON');
    expect(executor.refused).toBe(2);
  });
});
