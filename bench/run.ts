/**
 * `npm run bench` – all suites; `npm run bench -- --suite small-10 --suite delay --rounds 5`; `--smoke` runs a little of
 * everything and checks only that every client got right answers. Writes bench/results/latest.json and latest.md.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { BenchServer, isPinned, type Run } from './lib/measure.js';
import { show, spread, table } from './lib/statistics.js';
import { type Column, type Size, type Suite, suites } from './suites.js';

const directory = new URL('./', import.meta.url);

/** All runs of one suite, by client. */
interface Result {
  name: string;
  title: string;
  counts: Record<string, number>;
  runs: Record<string, Run[]>;
}

const HEADS: Record<Column, string> = {
  rate: 'requests/s',
  cpu: 'CPU µs/request',
  seconds: 'seconds',
  ideal: 'x ideal',
  rss: 'peak MB',
  delay: 'longest main-loop delay, ms',
  task: 'µs/task',
};

function cell(column: Column, runs: readonly Run[], count: number): string {
  const of = (read: (run: Run) => number): string => show(spread(runs.map(read)));
  switch (column) {
    case 'rate':
      return of((run) => count / run.seconds);
    case 'cpu':
      return of((run) => (run.cpu / count) * 1e6);
    case 'seconds':
      return of((run) => run.seconds);
    case 'ideal':
      return of((run) => run.seconds / ((count / 100) * 0.05));
    case 'rss':
      return of((run) => run.rss);
    case 'delay':
      return runs[0]?.longestDelay === null ? '' : of((run) => run.longestDelay ?? Number.NaN);
    case 'task':
      return of((run) => (run.seconds / count) * 1e6);
  }
}

/** CPU per request against the first two clients, the yardsticks. */
function ratio(result: Result, client: string, yardstick: string): string {
  const perRequest = (name: string): number =>
    spread((result.runs[name] ?? []).map((run) => run.cpu / (result.counts[name] ?? 1))).median;
  const value = perRequest(client) / perRequest(yardstick);
  return Number.isNaN(value) ? '–' : value.toFixed(2);
}

function markdown(suite: Suite, result: Result): string {
  const yardsticks = suite.clients.slice(0, 2);
  const rows = suite.clients.map((client) => {
    const runs = result.runs[client] ?? [];
    const cells = suite.columns.map((column) => cell(column, runs, result.counts[client] ?? 1));
    return [client, ...cells, ...yardsticks.map((yardstick) => ratio(result, client, yardstick))];
  });
  const head = [
    'client',
    ...suite.columns.map((column) => HEADS[column]),
    ...yardsticks.map((name) => `CPU x ${name}`),
  ];
  return `### ${suite.name}: ${suite.title}\n\n${table(head, rows)}\n`;
}

async function measure(suite: Suite, size: Size, server: BenchServer): Promise<Result> {
  const result: Result = { name: suite.name, title: suite.title, counts: {}, runs: {} };
  for (let round = 0; round < size.rounds; round += 1) {
    for (const client of suite.clients) {
      const count = suite.count(size, client);
      const run = await suite.run(client, count, server);
      if (run.right !== count)
        throw new Error(`${suite.name}: ${client} got ${run.right} right answers of ${count}`);
      result.counts[client] = count;
      (result.runs[client] ??= []).push(run);
      process.stderr.write(
        `${suite.name} ${round + 1}/${size.rounds} ${client} ${run.seconds.toFixed(3)} s\n`,
      );
    }
  }
  return result;
}

function versions(): string {
  const manifest = JSON.parse(readFileSync(new URL('package.json', directory), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const peers = Object.entries(manifest.dependencies).map(([name, version]) => `${name} ${version}`);
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return (
    `${cpus().length} CPUs (${cpus()[0]?.model ?? 'unknown'}), ${gigabytes} GB, Node ${process.version}; client and server ` +
    `${isPinned ? 'pinned to one CPU each' : 'not pinned'}. ${peers.join(', ')}.`
  );
}

const { values } = parseArgs({
  options: {
    suite: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '5' },
    smoke: { type: 'boolean', default: false },
  },
});
const unknown = (values.suite ?? []).filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(
    `No such suite: ${unknown.join(', ')}. There are: ${suites.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
if (!existsSync(new URL('node_modules', directory))) {
  execFileSync('npm', ['ci'], { cwd: directory, stdio: 'inherit' });
}

const size: Size = values.smoke ? { rounds: 1, scale: 0.01 } : { rounds: Number(values.rounds), scale: 1 };
const chosen = suites.filter((suite) => values.suite === undefined || values.suite.includes(suite.name));
const server = await BenchServer.start();
const results: Result[] = [];
const sections: string[] = [];
try {
  for (const suite of chosen) {
    const result = await measure(suite, size, server);
    results.push(result);
    sections.push(markdown(suite, result));
  }
} finally {
  server.stop();
}

const page = `${versions()} ${size.rounds} interleaved rounds, median [min-max].\n\n${sections.join('\n')}`;
console.log(page);
if (!values.smoke) {
  mkdirSync(new URL('results/', directory), { recursive: true });
  writeFileSync(
    new URL('results/latest.json', directory),
    `${JSON.stringify({ machine: versions(), results }, null, 1)}\n`,
  );
  writeFileSync(new URL('results/latest.md', directory), page);
}
