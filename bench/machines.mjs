/**
 * `machines.mjs CLIENT '{"n":…,"inFlight":…}'`: n trivial calls through a Redis that it starts itself, client and worker in this process. Prints a line of JSON.
 * The yardstick is bare BullMQ: `add`, and one listener for what has been completed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { measured } from './lib/measured.mjs';

const [, , client, json] = process.argv;
const { n, inFlight: limit } = JSON.parse(json);
/** How many calls a worker runs at once. */
const CONCURRENCY = 100;

const canPin = spawnSync('taskset', ['-c', '1', 'true']).status === 0;

async function startRedis() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  // On another CPU than this process, where CPUs can be chosen.
  const child = canPin
    ? spawn('taskset', ['-c', '1', 'redis-server', ...settings])
    : spawn('redis-server', settings);
  for await (const line of createInterface({ input: child.stdout })) if (/ready to accept/i.test(line)) break;
  child.stdout.resume();
  return { port, child };
}

/** Keeps `limit` calls under way until there were `n`. Resolves to how many gave the right result. */
async function runAll(call) {
  let next = 0;
  let right = 0;
  const lane = async () => {
    while (next < n) {
      const i = (next += 1);
      if ((await call(i)) === i) right += 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, n) }, lane));
  return right;
}

const clients = {
  async bullmq(connection) {
    const { Queue, QueueEvents, Worker } = await import('bullmq');
    const { Redis } = await import('ioredis');
    const open = () => new Redis({ ...connection, maxRetriesPerRequest: null });
    const queue = new Queue('bench', { connection: open() });
    const events = new QueueEvents('bench', { connection: open() });
    const worker = new Worker('bench', async ({ data }) => data.i, {
      connection: open(),
      concurrency: CONCURRENCY,
    });
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady(), worker.waitUntilReady()]);
    const pending = new Map();
    let id = 0;
    events.on('completed', ({ jobId, returnvalue }) => {
      pending.get(jobId)?.(returnvalue);
      pending.delete(jobId);
    });
    return (i) =>
      new Promise((resolve, reject) => {
        const jobId = `job-${(id += 1)}`;
        pending.set(jobId, resolve);
        queue.add('call', { i }, { jobId, removeOnComplete: true }).catch(reject);
      });
  },
  async 'requests-futures'(connection) {
    const { BullMQExecutor, BullMQWorker } = await import('requests-futures/bullmq');
    const { identity } = await import('./lib/identity.mjs');
    const worker = new BullMQWorker({
      queue: 'bench',
      connection,
      functions: [identity],
      max_workers: CONCURRENCY,
    });
    await worker.ready();
    const executor = new BullMQExecutor({ queue: 'bench', connection, max_workers: limit });
    return (i) => executor.submit(identity, i);
  },
};

const { port, child } = await startRedis();
const call = await clients[client]({ port, host: '127.0.0.1' });
// What is compiled and connected first does not count.
for (let i = 0; i < Math.min(200, n); i += 1) await call(i);
await measured(
  () => runAll(call),
  (right) => ({ right }),
);
child.kill('SIGKILL');
process.exit();
