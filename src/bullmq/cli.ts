#!/usr/bin/env node
/** The command `requests-futures-worker`. It logs JSON lines to stdout, and mistakes in its arguments to stderr. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { VERSION } from '../requests/internal.js';
import { BullMQWorker } from './bullmq-worker.js';
import { serveHealth } from './health-server.js';

const USAGE = `requests-futures-worker --queue NAME [options]

Serves the calls of a BullMQExecutor. Calls can name the importable functions of the modules given here, and no others.

  --queue NAME           the BullMQ queue (required)
  --redis URL            redis://… or rediss://…; default: the variable REDIS_URL, else redis://127.0.0.1:6379
  --module FILE          a module with importable functions, a path or a package; may be repeated
  --max-workers N        calls at once (default 100)
  --threads N            worker threads for calls that compute (default 0: all run in one loop)
  --per-second N         starts per second, all workers of the queue together
  --prefix TEXT          what BullMQ's keys begin with (default bull)
  --lock-duration S      seconds after which a silent worker counts as dead (default 30)
  --max-size BYTES       the largest call or outcome (default 16777216)
  --grace S              seconds that running calls have after SIGTERM (default 30)
  --program-version V    the version of the program whose calls are served
  --health-port PORT     serves GET /health
  --version, --help
`;

const options = {
  queue: { type: 'string' },
  redis: { type: 'string' },
  module: { type: 'string', multiple: true },
  'max-workers': { type: 'string' },
  threads: { type: 'string' },
  'per-second': { type: 'string' },
  prefix: { type: 'string' },
  'lock-duration': { type: 'string' },
  'max-size': { type: 'string' },
  grace: { type: 'string' },
  'program-version': { type: 'string' },
  'health-port': { type: 'string' },
  version: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

function print(entry: object): void {
  process.stdout.write(`${JSON.stringify(entry)}\n`);
}

function log(event: string, more: object = {}): void {
  print({ time: new Date().toISOString(), event, ...more });
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value))
    throw new TypeError(`--${name} must be a number, got '${text}'`);
  return value;
}

/** A path names a file; anything else is a package. */
async function load(module: string): Promise<unknown> {
  const isPath = /^\.{0,2}[\\/]/.test(module) || /\.[cm]?[jt]s$/.test(module);
  const isUrl = module.startsWith('file:');
  // A module that waits for what never comes lets the process end.
  const ended = (code: number): void => {
    if (code !== 0) return;
    process.exitCode = 2;
    complain(`--module ${module}: its import does not end`);
  };
  process.once('exit', ended);
  try {
    return await import(isPath && !isUrl ? pathToFileURL(path.resolve(module)).href : module);
  } catch (error) {
    throw new Error(`--module ${module}: ${messageOf(error)}`, { cause: error });
  } finally {
    process.off('exit', ended);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function complain(message: string): void {
  process.stderr.write(`requests-futures-worker: ${message}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return;
  }
  if (values.version === true) {
    process.stdout.write(`${VERSION}\n`);
    return;
  }
  if (values.queue === undefined) throw new TypeError('--queue is required');
  const functions = await Promise.all((values.module ?? []).map(load));
  const worker = new BullMQWorker({
    queue: values.queue,
    connection: values.redis ?? process.env['REDIS_URL'],
    functions,
    max_workers: number('max-workers', values['max-workers']),
    threads: number('threads', values.threads),
    per_second: number('per-second', values['per-second']),
    prefix: values.prefix,
    lock_duration: number('lock-duration', values['lock-duration']),
    max_size: number('max-size', values['max-size']),
    grace: number('grace', values.grace),
    version: values['program-version'],
    log: print,
  });
  const healthPort = number('health-port', values['health-port']);
  const health = healthPort === undefined ? undefined : (await serveHealth(worker, healthPort)).port;
  const stop = (signal: NodeJS.Signals): void => {
    log('stopping', { signal });
    // A second signal ends the process at once.
    process.once('SIGTERM', () => process.exit(1)).once('SIGINT', () => process.exit(1));
    void worker.close().then(() => {
      log('stopped');
      process.exit(0);
    });
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  await worker.ready();
  log('ready', { worker: worker.id, queue: values.queue, functions: worker.functions, health });
}

main().catch((error: unknown) => {
  complain(messageOf(error));
  process.exit(2);
});
