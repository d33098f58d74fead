import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { RulesReporter } from './test/rules/reporter.js';

const outputFile = process.env['VITEST_JSON_REPORT'];
/** `UNDICI=8` runs the tests with that version in place of the one that is installed as `undici`. */
const preload =
  process.env['UNDICI'] === '8'
    ? [`--import=${fileURLToPath(new URL('./test/helpers/undici-8.mjs', import.meta.url))}`]
    : [];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    setupFiles: ['test/setup.ts', 'test/nothing-left.ts'],
    // A process per file: what one file leaves open cannot hold or hurt another, and a process that does not end is reported.
    pool: 'forks',
    execArgv: preload,
    // For the processes that tests start.
    env: preload.length === 0 ? {} : { NODE_OPTIONS: preload.join(' ') },
    // Most tests wait for sockets and processes; on two cores, vitest's own choice is one process at a time.
    maxWorkers: 3,
    // Only what hangs comes to these limits, also on a machine that is busy with other things.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 5_000,
    // An unhandled rejection anywhere fails the run: an unread future must never cause one.
    dangerouslyIgnoreUnhandledErrors: false,
    // A test without an assertion fails.
    // `expect.poll()` waits for events: how long is a matter of the test's own limit.
    expect: { requireAssertions: true, poll: { timeout: 45_000 } },
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    reporters: [
      'default',
      'hanging-process',
      new RulesReporter(),
      // `.ci/run` names a file here and counts the tests from it.
      ...(outputFile === undefined ? [] : [['json', { outputFile }] as ['json', { outputFile: string }]]),
    ],
    coverage: { include: ['src/**/*.ts'], reporter: ['text', 'html'] },
  },
});
