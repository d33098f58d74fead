/**
 * `npm run bench -- --help` tells how it is used. Writes bench/results/latest.json and latest.md, in which every suite has the
 * date, the rounds and the machine of its own: suites that were not run keep what was measured last.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import * as path from 'node:path';
import { readCommandLine } from '../scripts/command-line.mjs';
import { BEFORE, forgetBefore, useBefore } from './lib/before.js';
import { isPinned, type Run } from './lib/measure.js';
import { type Result, saveResults, savedResults } from './lib/results.js';
import { Servers } from './lib/servers.js';
import { quartiles, show, spread, table } from './lib/statistics.js';
import { type Column, type Size, type Suite, suites } from './suites.js';

const directory = new URL('./', import.meta.url);

const USAGE = `npm run bench -- [--suite NAME]... [--rounds N] [--smoke | --against DIR]

Measures this package and others, every client in a process of its own, one after the other, round after round. Prints tables
and writes them to bench/results/latest.md, with all figures in latest.json.

  --suite NAME  only this suite, or all whose names begin with it: real. May be given several times. The results of the other
                suites stay as they are.
  --rounds N    how often each client is run. Default: 5.
  --smoke       runs a little of everything and checks only that every client got right answers. Writes no results.
  --against DIR runs this package's own clients with the build in DIR, too (another checkout in which npm run build was run),
                turn and turn about, and prints what became of the CPU time. Writes no results.
  --help        prints this.

Suites: ${suites.map(({ name }) => name).join(', ')}
`;

const HEADS: Record<Column, string> = {
  rate: 'requests/s',
  cpu: 'CPU µs/request',
  seconds: 'seconds',
  ideal: 'x ideal',
  rss: 'peak MB',
  delay: 'longest main-loop delay, ms',
  task: 'µs/task',
  most: 'most starts in a window',
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
    case 'most':
      return of((run) => run.most ?? Number.NaN);
  }
}

/** CPU (or wall) time per request against the first two clients, the yardsticks. */
function ratio(result: Result, of: 'seconds' | 'cpu', client: string, yardstick: string): string {
  const perRequest = (name: string): number =>
    spread((result.runs[name] ?? []).map((run) => run[of] / (result.counts[name] ?? 1))).median;
  const value = perRequest(client) / perRequest(yardstick);
  return Number.isNaN(value) ? '–' : value.toFixed(2);
}

function markdown(suite: Suite, result: Result): string {
  const { date, rounds, machine } = result;
  const { ratiosOf = 'cpu' } = suite;
  const yardsticks = suite.clients.slice(0, 2);
  const clients = suite.clients.filter((client) => client in result.runs);
  const rows = clients.map((client) => {
    const runs = result.runs[client] ?? [];
    const cells = suite.columns.map((column) => cell(column, runs, result.counts[client] ?? 1));
    return [client, ...cells, ...yardsticks.map((yardstick) => ratio(result, ratiosOf, client, yardstick))];
  });
  const head = [
    'client',
    ...suite.columns.map((column) => HEADS[column]),
    ...yardsticks.map((name) => `${ratiosOf === 'cpu' ? 'CPU' : 'time'} x ${name}`),
  ];
  const when = `${date}, ${rounds} interleaved rounds, median [min-max]. ${machine}`;
  return `### ${suite.name}: ${result.title}\n\n${when}\n\n${table(head, rows)}\n`;
}

/** CPU per request now and with the other build, and the ratio of each round's pair: its quartiles and median. */
function comparison(suite: Suite, { runs, counts, rounds }: Result): string {
  const rows = suite.clients.filter(isOwn).map((client) => {
    const perRequest = (name: string): number[] =>
      (runs[name] ?? []).map(({ cpu }) => (cpu / (counts[name] ?? 1)) * 1e6);
    const [now, before] = [perRequest(client), perRequest(client + BEFORE)];
    const ratios = now.map((value, i) => value / (before[i] ?? Number.NaN));
    return [client, show(spread(before)), show(spread(now)), quartiles(ratios)];
  });
  const head = ['client', 'before, CPU µs', 'now, CPU µs', 'now / before, median [quartiles]'];
  return `### ${suite.name}: ${suite.title}\n\n${rounds} interleaved rounds\n\n${table(head, rows)}\n`;
}

/** Whether a client is this package's. */
function isOwn(client: string): boolean {
  return /^(requests-futures|strategy-|summary-)/.test(client);
}

function withBefore(suite: Suite): Suite {
  return { ...suite, clients: suite.clients.filter(isOwn).flatMap((client) => [client, client + BEFORE]) };
}

async function measure(suite: Suite, size: Size, servers: Servers): Promise<Result> {
  const result: Result = {
    name: suite.name,
    title: suite.title,
    date: new Date().toISOString().slice(0, 10),
    rounds: size.rounds,
    machine: versions(),
    counts: {},
    runs: {},
  };
  for (let round = 0; round < size.rounds; round += 1) {
    for (const client of suite.clients) {
      const count = suite.count(size, client);
      const run = await suite.run(client, count, servers);
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
  const peers = Object.entries(manifest.dependencies)
    .filter(([name]) => name !== 'requests-futures')
    .map(([name, version]) => `${name} ${version}`);
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return (
    `${cpus().length} CPUs (${cpus()[0]?.model ?? 'unknown'}), ${gigabytes} GB, Node ${process.version}; client and server ` +
    `${isPinned ? 'pinned to one CPU each' : 'not pinned'}. ${peers.join(', ')}.`
  );
}

const { values, wrong, wholeNumber } = readCommandLine(
  USAGE,
  {
    suite: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '5' },
    smoke: { type: 'boolean', default: false },
    against: { type: 'string' },
  },
  0,
);
const rounds = wholeNumber('--rounds', values.rounds);
const unknown = (values.suite ?? []).filter((name) => !suites.some((suite) => isNamed(suite, name)));
if (unknown.length > 0) wrong(`No such suite: ${unknown.join(', ')}`);
if (values.against !== undefined && !existsSync(path.join(values.against, 'dist')))
  wrong(`--against takes a checkout in which npm run build was run, got '${values.against}'`);
if (!existsSync(new URL('node_modules', directory))) {
  execFileSync('npm', ['ci'], { cwd: directory, stdio: 'inherit' });
}

const size: Size = values.smoke ? { rounds: 1, scale: 0.01 } : { rounds, scale: 1 };
const isChosen = (suite: Suite): boolean => values.suite?.some((name) => isNamed(suite, name)) ?? true;
const chosen = suites
  .filter(isChosen)
  .map((suite) => (values.against === undefined ? suite : withBefore(suite)));
if (values.against !== undefined) useBefore(values.against);
const servers = new Servers();
const measured: Result[] = [];
try {
  for (const suite of chosen) measured.push(await measure(suite, size, servers));
} finally {
  servers.stop();
  forgetBefore();
}

/** The tables of those suites that there are results of, in the order of the suites. */
function page(results: readonly Result[]): string {
  return suites
    .flatMap((suite) => results.filter(({ name }) => name === suite.name).map((of) => markdown(suite, of)))
    .join('\n');
}

function isNamed(suite: Suite, name: string): boolean {
  return suite.name === name || suite.name.startsWith(`${name}-`);
}

if (values.against !== undefined) {
  for (const [i, result] of measured.entries())
    console.log(comparison(suites.filter(isChosen)[i] as Suite, result));
} else console.log(page(measured));
if (!values.smoke && values.against === undefined) {
  const others = savedResults().filter(({ name }) => !measured.some((result) => result.name === name));
  const results = suites.flatMap(({ name }) =>
    [...measured, ...others].filter((result) => result.name === name),
  );
  saveResults(results, page(results));
}
