import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Outcome, runNode } from '../helpers/child.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

async function run(file: string, ...args: readonly string[]): Promise<Outcome> {
  return await runNode([...(file.endsWith('.ts') ? ['--import', 'tsx'] : []), file, ...args], { cwd: root });
}

const REFUSED: readonly [file: string, args: readonly string[], error: string, ...names: string[]][] = [
  ['test/endurance/leaks.mjs', ['1', 'no such'], 'No such scenario: no such', 'worker pools', 'sessions'],
  ['test/endurance/leaks.mjs', ['1', 'toString'], 'No such scenario: toString'],
  ['test/endurance/leaks.mjs', ['sessions'], "SCALE must be a number above 0, got 'sessions'"],
  ['test/endurance/leaks.mjs', ['1', 'sessions', 'more'], "Unexpected argument 'more'"],
  ['test/endurance/soak.mjs', ['many'], "N must be a whole number from 1 up, got 'many'"],
  ['test/endurance/soak.mjs', ['0'], "N must be a whole number from 1 up, got '0'"],
  ['test/endurance/soak.mjs', ['1', 'thread'], 'No such part: thread', 'threads', 'storm over UndiciAdapter'],
  ['test/endurance/machines.mjs', ['1e99'], "N must be a whole number from 1 up, got '1e99'"],
  ['test/fuzz/run.ts', ['ten'], "N must be a whole number from 1 up, got 'ten'"],
  ['test/fuzz/run.ts', ['--seed', 'x'], "--seed must be a whole number from 0 up, got 'x'"],
  ['test/neighbours/run.ts', ['nobody'], 'No such neighbour: nobody', 'webpack'],
  ['bench/run.ts', ['--suite', 'nothing'], 'No such suite: nothing', 'small-10', 'limits'],
  ['bench/run.ts', ['--rounds', 'few'], "--rounds must be a whole number from 1 up, got 'few'"],
  ['bench/run.ts', ['--against', 'nowhere'], '--against takes a checkout in which npm run build was run'],
  ['bench/run.ts', ['small-10'], "Unexpected argument 'small-10'"],
  ['bench/coldstart.ts', ['more'], "Unexpected argument 'more'"],
  ['bench/profile.ts', [], 'There is no WORKLOAD', 'plain', 'gzip'],
  ['bench/profile.ts', ['nothing'], 'No such workload: nothing', 'plain', 'gzip'],
  ['bench/profile.ts', ['plain', '--client', 'curl'], 'No such client: curl'],
  [
    'bench/profile.ts',
    ['http2', '--client', 'got'],
    'http2 can be sent by undici-request and requests-futures-undici',
  ],
  ['bench/profile.ts', ['plain', '--rows', 'all'], "--rows must be a whole number from 1 up, got 'all'"],
  ['scripts/path.ts', ['--count'], "Unknown option '--count'"],
  ['scripts/api-report.ts', ['--chekc'], "Unknown option '--chekc'"],
  ['examples/run.ts', ['99'], "There is no single example '99'", '01-five-strategies'],
];

describe('a command ends with 2, and says what there is, for arguments that it does not have', () => {
  test.for(REFUSED)('%s %j', { timeout: 120_000 }, async ([file, args, error, ...names]) => {
    const { code, stdout, stderr } = await run(file, ...args);
    expect(stdout).toBe('');
    expect(stderr).toContain(error);
    for (const name of names) expect(stderr).toContain(name);
    expect(code).toBe(2);
  });
});

test('--help prints the usage alone', async () => {
  const { code, stdout, stderr } = await run('test/endurance/leaks.mjs', '--help');
  expect(stdout).toContain('npm run leaks -- [SCALE] [SCENARIO]');
  expect(stderr).toBe('');
  expect(code).toBe(0);
});
