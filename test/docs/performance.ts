/** The figures that the README and the guides quote, taken as they stand from what `npm run bench` wrote. */

/** The cells of a benchmark's table, by client and by the head of the column. */
type Suite = ReadonlyMap<string, ReadonlyMap<string, string>>;

const CPU = 'CPU µs/request';
const RATIO = 'CPU x node-fetch';

/** What the README calls the clients of the benchmark. */
const clients: readonly (readonly [name: string, called: string])[] = [
  ['requests-futures', '`FuturesSession`'],
  ['requests-futures-undici', '`FuturesSession` with `UndiciAdapter`'],
  ['requests-futures-undici-pipelining', '… that pipelines, ten on a connection'],
  ['node-fetch', 'node-fetch, keep-alive agent, p-limit'],
  ['global-fetch', '`fetch` of Node, p-limit'],
  ['undici-request', 'undici.request, p-limit'],
  ['undici-request-pipelining', '… that pipelines, ten on a connection'],
  ['axios', 'axios, p-limit'],
  ['got', 'got, p-limit'],
  ['python:requests_futures', "Python's requests-futures"],
];

/** Those of the suites of what people really send. */
const real: readonly (readonly [name: string, called: string])[] = [
  ['requests-futures', '`FuturesSession`'],
  ['requests-futures-undici', '… with `UndiciAdapter`'],
  ['node-fetch', 'node-fetch'],
  ['undici-request', 'undici'],
  ['axios', 'axios'],
  ['got', 'got'],
  ['python:requests_futures', "Python's"],
];

/** The README's section, out of bench/results/latest.md. Throws when a suite or a client is not in there. */
export function performanceSection(results: string): string {
  const rows = clients.map(([name, called]) => {
    const cells = ['small-10', 'small-100'].flatMap((suite) => [
      cell(results, suite, name, CPU),
      percent(cell(results, suite, name, RATIO)),
    ]);
    return `| ${called} | ${cells.join(' | ')} |`;
  });
  const queue = (client: string, column: string): string =>
    median(cell(results, 'queue-1000000', client, column));
  const cold = cell(results, 'cold-start', 'requests-futures', RATIO);
  const [, realRounds = ''] = machineOf(results, 'real-plain');
  // Each suite says where it was measured; the table's first column speaks for the table.
  const [, rounds = '', cpus = '', node = ''] = machineOf(results, 'small-10');
  return `CPU time per request in µs, small JSON (${cpus}, ${node}; median [min-max] of ${rounds} rounds), and as a share of what \
node-fetch takes:

| client | 10 at once | share | 100 at once | share |
|---|--:|--:|--:|--:|
${rows.join('\n')}

| CPU µs of what programs send, ten at once (medians of ${realRounds} rounds; undici keeps no cookies) | ${real.map(([, called]) => called).join(' | ')} |
|---|${'--:|'.repeat(real.length)}
${realRows(results)}

A million tasks queued at once take ${queue('requests-futures', 'µs/task')} µs each and ${queue('requests-futures', 'peak MB')} MB at the most \
(p-limit: ${queue('p-limit', 'µs/task')} µs, ${queue('p-limit', 'peak MB')} MB). A process that imports the package and sends ten \
requests takes ${cold} times the CPU time of one with node-fetch.
`;
}

/** A row for each suite whose name begins with `real-`. */
function realRows(results: string): string {
  return [...results.matchAll(/^### (real-\S+): (.*), concurrency 10$/gm)]
    .map(([, suite = '', title = '']) => {
      const measured = readSuite(results, suite);
      const cells = real.map(([name]) => median(measured.get(name)?.get(CPU) ?? '–'));
      return `| ${[title, ...cells].join(' | ')} |`;
    })
    .join('\n');
}

/** `0.66` as `66 %`. */
function percent(ratio: string): string {
  return `${Math.round(Number(ratio) * 100)} %`;
}

/** The table of the guide to worker threads. Throws as {@link performanceSection}. */
export function threadsSection(results: string): string {
  const [, rounds = '', cpus = '', node = ''] = machineOf(results, 'workers-small');
  const row = (what: string, suite: string, column: string, clients: readonly string[]): string =>
    `| ${[what, ...clients.map((client) => cell(results, suite, client, column))].join(' | ')} |`;
  const small = ['requests-futures', 'requests-futures-threads'];
  const large = ['summary-in-thread', 'summary-threads'];
  return `Ten requests at a time (${cpus} that the server shares, ${node}; median [min-max] of ${rounds} rounds):

| | in-thread | 2 threads |
|---|--:|--:|
${row('small JSON: CPU of the whole process, µs per request', 'workers-small', CPU, small)}
${row('small JSON: requests/s', 'workers-small', 'requests/s', small)}
${row('1 MB of JSON, parsed and summed up in a hook: requests/s', 'workers-json', 'requests/s', large)}
${row('… longest pause of the main loop meanwhile, ms', 'workers-json', 'longest main-loop delay, ms', large)}
`;
}

function cell(results: string, suite: string, client: string, column: string): string {
  const found = readSuite(results, suite).get(client)?.get(column);
  if (found === undefined || found === '' || found === '–') {
    throw new Error(
      `bench/results/latest.md has no '${column}' of ${client} in ${suite}: run all of npm run bench`,
    );
  }
  return found;
}

/** Rounds, processors and Node of a suite. */
function machineOf(results: string, suite: string): readonly string[] {
  return /(\d+) interleaved rounds.*?(\d+ CPUs).*?(Node v[\d.]+)/.exec(sectionOf(results, suite)) ?? [];
}

function sectionOf(results: string, suite: string): string {
  return results.split(/^### /m).find((text) => text.startsWith(`${suite}:`)) ?? '';
}

function readSuite(results: string, name: string): Suite {
  const [head = [], , ...rows] = sectionOf(results, name)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((text) => text.trim()),
    );
  return new Map(
    rows.map((row) => [row[0] ?? '', new Map(row.map((text, i) => [head[i] ?? '', text] as const))] as const),
  );
}

/** `2.05 [1.24-5.19]` without what is in brackets. */
function median(spread: string): string {
  return spread.replace(/ \[.*/, '');
}
