/** The suites: what each measures, and how much of it. */
import { fileURLToPath } from 'node:url';
import { type Run, runClient, runCommand, runWrk, timeClient, works } from './lib/measure.js';
import type { Servers } from './lib/servers.js';
import { WORKLOADS } from './real/workloads.mjs';

/** How often and how much. */
export interface Size {
  /** Rounds; in each, every client runs once, one after the other. */
  rounds: number;
  /** Factor on the number of requests. */
  scale: number;
}

/** What a suite is measured by. */
export interface Suite {
  name: string;
  title: string;
  /** The clients, the yardsticks of the ratios first. */
  clients: readonly string[];
  /** The columns of its table, in order. */
  columns: readonly Column[];
  /** What the ratios are of: wall time, or CPU time. Default: CPU time. */
  ratiosOf?: 'seconds' | 'cpu';
  /** How many requests (or tasks) one run makes at this size. */
  count(size: Size, client: string): number;
  /** One run of one client. */
  run(client: string, count: number, servers: Servers): Promise<Run>;
}

export type Column = 'rate' | 'cpu' | 'seconds' | 'ideal' | 'rss' | 'delay' | 'task' | 'most';

const NODE_PEERS = [
  'node-fetch',
  'http',
  'requests-futures',
  'requests-futures-undici',
  'undici-request',
  'undici-dispatch',
  'global-fetch',
  'got',
  'axios',
  'ky',
  'superagent',
  'p-queue',
] as const;

/** Ten requests on the wire per connection, and a tenth of the connections. */
const PIPELINING = ['requests-futures-undici-pipelining', 'undici-request-pipelining'] as const;

const RUN_CLIENT = 'run-client.mjs';

/** Debian's packages go with Debian's interpreter. */
const PYTHON = '/usr/bin/python3';
const python = ['requests_futures', 'aiohttp', 'httpx'].filter((module) =>
  works(PYTHON, ['-c', `import ${module}`]),
);
const PYTHON_PEERS = python.map((module) => `python:${module}`);

/** Only where it is installed: what the server can do at all. */
const WRK = works('sh', ['-c', 'command -v wrk']) ? ['wrk'] : [];

async function runRequests(
  client: string,
  options: { url: string; n: number; concurrency: number; delay?: boolean; warmUp?: number },
): Promise<Run> {
  if (client === 'wrk') return await runWrk(options.url, options.n, options.concurrency);
  if (!client.startsWith('python:')) return await runClient(RUN_CLIENT, client, options);
  return await runPython('client.py', client, options);
}

async function runPython(script: string, client: string, options: object): Promise<Run> {
  const path = fileURLToPath(new URL(`./python/${script}`, import.meta.url));
  return await runCommand(PYTHON, [path, client.slice('python:'.length), JSON.stringify(options)]);
}

/** Slow clients need not run as long to be known as slow. */
const slow = (client: string): number => (client.startsWith('python:') ? 0.3 : 1);

function smallJson(concurrency: number, n: number): Suite {
  return {
    name: `small-${concurrency}`,
    title: `small JSON, concurrency ${concurrency}`,
    clients: [...NODE_PEERS, ...PIPELINING, ...PYTHON_PEERS, ...WRK],
    columns: ['rate', 'cpu', 'rss'],
    count: ({ scale }, client) => Math.ceil(n * scale * slow(client)),
    run: async (client, count, servers) =>
      runRequests(client, { url: `${await servers.small()}/small`, n: count, concurrency }),
  };
}

/** Peers of the suites `real-…`; those of one workload alone are named with it. */
const REAL_PEERS = [
  'node-fetch',
  'undici-request',
  'requests-futures',
  'requests-futures-undici',
  'got',
  'axios',
];

function real({ name, title, count, clients }: (typeof WORKLOADS)[number]): Suite {
  const pythons = PYTHON_PEERS.filter((peer) => peer !== 'python:httpx');
  return {
    name: `real-${name}`,
    title: `${title}, concurrency 10`,
    clients: clients ?? [...REAL_PEERS, ...pythons],
    columns: ['rate', 'cpu', 'rss'],
    count: ({ scale }, client) => Math.ceil(count * scale * slow(client)),
    async run(client, n, servers) {
      const options = { workload: name, n, ...(await servers.real()) };
      return client.startsWith('python:')
        ? await runPython('real.py', client, options)
        : await runClient('real/run.mjs', client, options);
    },
  };
}

/** The limiters and executors without HTTP: see queue.mjs. */
const LIMITERS = ['p-limit', 'requests-futures', 'p-queue', 'requests-futures-cancel'] as const;

function queue(tasks: number): Suite {
  return {
    name: `queue-${tasks}`,
    title: `${tasks.toLocaleString('en')} trivial tasks at concurrency 10, all queued at once`,
    clients: LIMITERS,
    columns: ['seconds', 'task', 'rss'],
    count: ({ scale }) => Math.ceil(tasks * Math.min(1, scale * 10)),
    run: (client, count) => runClient('queue.mjs', client, { n: count }),
  };
}

/** See limits.mjs. bottleneck takes a minute for what the others do in two seconds. */
function limits(name: string, title: string, n: number, rule: { cap: number; hosts: number }): Suite {
  const isOne = rule.hosts === 1;
  const peers = ['p-queue-strict', 'p-throttle-strict', 'rate-limiter-flexible'];
  return {
    name,
    title,
    clients: ['requests-futures', ...(isOne ? [...peers, 'bottleneck'] : peers)],
    columns: isOne ? ['seconds', 'cpu', 'rss', 'most'] : ['seconds', 'cpu', 'rss'],
    count: ({ scale }, client) =>
      Math.ceil(n * Math.min(1, scale * 10) * (client === 'bottleneck' ? 0.1 : 1)),
    run: (client, count) => runClient('limits.mjs', client, { n: count, windowMs: 200, ...rule }),
  };
}

/** See limits-used.mjs. */
function limitsUsed(burst: number): Suite {
  const rate = 50;
  const n = 2 * rate + burst;
  return {
    name: `limits-burst-${burst}`,
    title: `${n} GETs at 50 a second in bursts of ${burst} (ideal: 2 s)`,
    clients: ['requests-futures', 'requests-futures-undici'],
    columns: ['seconds', 'cpu'],
    count: () => n,
    run: async (client, count, servers) =>
      runClient('limits-used.mjs', client, { url: `${await servers.small()}/small`, n: count, rate, burst }),
  };
}

/** Only where a Redis can be started; bare BullMQ is the yardstick. */
const MACHINES = works('redis-server', ['--version']) ? ['bullmq', 'requests-futures'] : [];

function machines(name: string, title: string, n: number, inFlight: number): Suite {
  return {
    name,
    title,
    clients: MACHINES,
    columns: ['rate', 'task', 'cpu', 'rss'],
    count: ({ scale }) => Math.ceil(n * scale),
    run: (client, count) => runClient('machines.mjs', client, { n: count, inFlight }),
  };
}

/** Threads are there before the first request that counts. */
function workersSmall(name: string, which: string, warmUp: number): Suite {
  return {
    name,
    title: `small JSON, concurrency 10, in-thread and from 2 worker threads, ${which}, client on all CPUs`,
    clients: ['requests-futures', 'requests-futures-threads'],
    columns: ['rate', 'cpu', 'delay'],
    count: ({ scale }) => Math.ceil(10_000 * scale),
    async run(client, n, servers) {
      const options = {
        url: `${await servers.small()}/small`,
        n,
        concurrency: 10,
        delay: true,
        warmUp: Math.min(warmUp, n),
      };
      return await runClient(RUN_CLIENT, client, options, true);
    },
  };
}

/** What waits in Python, and what has been made for Node to wait. */
const BLOCKING = [
  ...(works(PYTHON, ['-c', 'import requests']) ? ['python:requests'] : []),
  ...PYTHON_PEERS.filter((peer) => peer === 'python:requests_futures'),
];

function blocking(concurrency: number, peers: readonly string[]): Suite {
  return {
    name: `blocking-${concurrency}`,
    title: `small JSON in the blocking flavor, ${concurrency === 1 ? 'one after the other' : `${concurrency} at once`}, client on all CPUs`,
    clients: [...BLOCKING, 'requests-futures-awaited', 'requests-futures-blocking', ...peers],
    columns: ['rate', 'cpu', 'rss'],
    // Those that start a process for a request take a tenth of a second for each.
    count: ({ scale }, client) =>
      Math.ceil((client.startsWith('sync-') ? 30 : 20_000) * scale * slow(client)),
    async run(client, n, servers) {
      const options = { url: `${await servers.small()}/small`, n, concurrency, warmUp: Math.min(n, 500) };
      if (client.startsWith('python:')) return await runPython('client.py', client, options);
      // The thread that waits and the one that it waits for.
      return await runClient(RUN_CLIENT, client, options, true);
    },
  };
}

/** One way to send or receive 64 MiB: see large.mjs. */
function blockingLarge(workload: string, title: string): Suite {
  return {
    name: `blocking-large-${workload}`,
    title: `${title}, one after the other, client on all CPUs`,
    clients: ['awaited', 'blocking'],
    columns: ['seconds', 'cpu', 'rss'],
    ratiosOf: 'seconds',
    count: ({ scale }) => Math.ceil(10 * scale),
    run: async (client, n, servers) =>
      runClient('large.mjs', client, { url: await servers.large(), n, workload }, true),
  };
}

export const suites: readonly Suite[] = [
  smallJson(10, 20_000),
  smallJson(100, 20_000),
  {
    name: 'delay',
    title: '1,000 answers that take 50 ms each, concurrency 100 (ideal: 0.5 s)',
    clients: [...NODE_PEERS, ...PIPELINING, ...PYTHON_PEERS],
    columns: ['seconds', 'ideal', 'cpu'],
    count: ({ scale }) => Math.ceil(1_000 * scale),
    run: async (client, count, servers) =>
      runRequests(client, { url: `${await servers.small()}/delay/50`, n: count, concurrency: 100 }),
  },
  {
    name: 'strategies',
    title: '10 answers that take 100 ms each, by five strategies',
    clients: [
      'strategy-one-shot',
      'strategy-session',
      'strategy-futures-2',
      'strategy-futures-all',
      'strategy-as-completed',
    ],
    columns: ['seconds', 'cpu'],
    count: () => 10,
    run: async (client, count, servers) =>
      runRequests(client, {
        url: `${await servers.small()}/delay/100`,
        n: count,
        concurrency: count,
        warmUp: 0,
      }),
  },
  {
    name: 'big-json',
    title: '1 MB of JSON, concurrency 10, parsed',
    clients: NODE_PEERS,
    columns: ['rate', 'cpu', 'rss', 'delay'],
    count: ({ scale }) => Math.ceil(100 * scale),
    run: async (client, count, servers) =>
      runRequests(client, { url: `${await servers.small()}/big`, n: count, concurrency: 10, delay: true }),
  },
  // Every thread compiles for itself what it runs often: a cost of its start, as is loading the package.
  workersSmall('workers-small', 'each after 10,000 that do not count', 10_000),
  workersSmall('workers-cold', 'the first 10,000', 10),
  {
    name: 'workers-json',
    title:
      '1 MB of JSON, concurrency 10, summed up by a hook in-thread and in 2 worker threads, client on all CPUs',
    clients: ['summary-in-thread', 'summary-threads'],
    columns: ['rate', 'cpu', 'delay'],
    count: ({ scale }) => Math.ceil(100 * scale),
    run: async (client, count, servers) =>
      runClient(
        RUN_CLIENT,
        client,
        { url: `${await servers.small()}/big`, n: count, concurrency: 10, delay: true },
        true,
      ),
  },
  {
    name: 'diagnostics',
    title:
      'small JSON, concurrency 10, with nobody on the diagnostics channel, a subscriber that counts, and a HARRecorder',
    clients: ['node-fetch', 'requests-futures', 'requests-futures-subscribed', 'requests-futures-har'],
    columns: ['rate', 'cpu', 'rss'],
    count: ({ scale }) => Math.ceil(10_000 * scale),
    run: async (client, count, servers) =>
      runRequests(client, { url: `${await servers.small()}/small`, n: count, concurrency: 10 }),
  },
  blocking(1, ['synckit', 'sync-request', 'sync-fetch']),
  blocking(10, []),
  blockingLarge('bytes', 'a POST of 64 MiB of bytes'),
  blockingLarge('generator', 'a POST of 64 MiB from a generator'),
  blockingLarge('content', 'a GET of 64 MiB, whole'),
  blockingLarge('stream', 'a GET of 64 MiB, streamed in pieces of 128 KiB'),
  ...WORKLOADS.map(real),
  queue(10_000),
  queue(100_000),
  queue(1_000_000),
  limits('limits', '20,000 tasks of no length, 2,000 in any 200 ms (ideal: 1.8 s)', 20_000, {
    cap: 2000,
    hosts: 1,
  }),
  limits('limits-hosts', '100,000 tasks of no length, for each of 10,000 hosts 10 in any 200 ms', 100_000, {
    cap: 10,
    hosts: 10_000,
  }),
  limitsUsed(1),
  limitsUsed(5),
  limitsUsed(50),
  limits(
    'limits-million',
    'a million tasks of no length over 100,000 hosts, for each of them 5 in any 200 ms (ideal: 0.2 s)',
    1_000_000,
    { cap: 5, hosts: 100_000 },
  ),
  machines(
    'machines',
    'trivial calls through a Redis, 1,000 in flight, client and worker in one process',
    20_000,
    1000,
  ),
  machines('machines-one', 'trivial calls through a Redis, one after the other', 2_000, 1),
  {
    name: 'cold-start',
    title: 'import and 10 requests, the whole process',
    clients: [
      'node-fetch',
      'http',
      'requests-futures',
      'requests-futures-undici',
      'undici-request',
      'global-fetch',
      'got',
      'axios',
      'ky',
      'superagent',
    ],
    columns: ['seconds', 'cpu', 'rss'],
    count: () => 10,
    run: async (client, count, servers) =>
      timeClient(RUN_CLIENT, client, {
        url: `${await servers.small()}/small`,
        n: count,
        concurrency: 10,
        warmUp: 0,
      }),
  },
];
