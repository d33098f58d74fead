/** `npm run leaks -- [SCALE] [SCENARIO]`; see the usage below. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readCommandLine } from '../../scripts/command-line.mjs';
import { startServer } from './endurance-server.mjs';
import { heldBy } from './process-state.mjs';
import { hasRedis, startRedis } from './redis.mjs';

/** What is done, and how often. */
const SCENARIOS = {
  sessions: 10_000,
  'futures sessions': 10_000,
  'async pools': 1_000,
  'worker pools': 1_000,
  'streams that are closed': 5_000,
  'streams that are dropped': 5_000,
  'streams from threads that are dropped': 1_000,
  'uploads of files': 5_000,
  'uploads of generators': 5_000,
  'uploads that fail in the queue': 1_000,
  'uploads that are cancelled in the queue': 1_000,
  'SOCKS proxies that are silent': 1_000,
  'threads with a gateway': 100,
  'BullMQ executors': 1_000,
};

const USAGE = `npm run leaks -- [SCALE] [SCENARIO]

Makes and drops 10,000 sessions, 1,000 pools of each kind, 10,000 streams that are half read and 10,000 uploads that are aborted,
and less of what takes longer, each in a process of its own, and counts what that process holds before and after: sockets, files and threads from outside,
handles and listeners from inside. SCALE is a factor on the numbers (default 1), SCENARIO the name of the only one to run. Exits with 1 when anything is left.

Scenarios:
${Object.keys(SCENARIOS)
  .map((name) => `  ${name}\n`)
  .join('')}`;

const { positionals, wrong } = readCommandLine(USAGE, {}, 2);
const [scaleText = '1', only] = positionals;
const scale = Number(scaleText);
if (!(scale > 0 && scale < Infinity)) wrong(`SCALE must be a number above 0, got '${scaleText}'`);
if (only !== undefined && !Object.hasOwn(SCENARIOS, only)) wrong(`No such scenario: ${only}`);

/** The difference of two counts, by name; null when there is none. */
function left(before, after) {
  const grown = Object.entries(after).filter(([name, count]) => count > (before[name] ?? 0));
  if (grown.length === 0) return null;
  return grown.map(([name, count]) => `${count - (before[name] ?? 0)} ${name}`).join(', ');
}

async function run(scenario, count, base) {
  const child = fork(
    fileURLToPath(new URL('./leaks-child.mjs', import.meta.url)),
    [scenario, String(count), base],
    { execArgv: ['--expose-gc'], env: { ...process.env, REDIS: redis?.url } },
  );
  const counts = [];
  child.on('message', (inside) => {
    counts.push({ ...inside, ...heldBy(child.pid) });
    child.send('go on');
  });
  const code = await new Promise((resolve) => {
    child.once('exit', resolve);
  });
  const [before, after] = counts;
  if (code !== 0 || after === undefined) return `ended with code ${code}`;
  return left(before, after);
}

const server = await startServer();
const redis = hasRedis() ? await startRedis() : null;
let failed = 0;
try {
  for (const [scenario, most] of Object.entries(SCENARIOS)) {
    if (redis === null && scenario.startsWith('BullMQ')) {
      console.log(`skipped ${scenario}: there is no redis-server here`);
      continue;
    }
    if (only !== undefined && only !== scenario) continue;
    const count = Math.ceil(most * scale);
    const start = performance.now();
    const what = await run(scenario, count, server.base);
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.log(
      `${what === null ? 'ok     ' : 'LEFT   '} ${count} ${scenario}${what === null ? '' : `: ${what}`} (${seconds} s)`,
    );
    if (what !== null) failed += 1;
  }
} finally {
  server.stop();
  redis?.stop();
}
process.exitCode = failed === 0 ? 0 : 1;
