/** Redis servers and workers that a test starts itself. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, onTestFinished, vi } from 'vitest';
import { freePort } from '../helpers/free-port.js';

/** The server's program: Redis, or what REDIS_SERVER names (such as valkey-server). */
const PROGRAM = process.env['REDIS_SERVER'] ?? 'redis-server';

function isInstalled(): boolean {
  try {
    execFileSync(PROGRAM, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Whether tests with a Redis can run here; says so once where they cannot. */
export const hasRedis = isInstalled();
if (!hasRedis) console.warn(`skipped: there is no ${PROGRAM} here (apt-get install redis-server)`);

// Processes start, and notice each other's end, in their own time on a machine that is busy.
const PATIENCE = 90_000;
vi.setConfig({ testTimeout: 2 * PATIENCE, hookTimeout: PATIENCE });

/** Looks until what `look` returns, or resolves to, is as it should be. */
export const eventually = <T>(look: () => T) => expect.poll<T>(look, { timeout: PATIENCE });

export const worker = fileURLToPath(new URL('../../dist/src/bullmq/cli.js', import.meta.url));
export const tasksFile = fileURLToPath(new URL('./fixtures/tasks.mjs', import.meta.url));

/** A Redis of a test's own. */
export class TestRedis {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'rf-redis-'));
  port = 0;
  #process: ChildProcess | null = null;

  /**
   * @param isLasting whether it has again what it had when it is started again
   * @param settings more of them, once the port is known
   */
  constructor(
    readonly isLasting: boolean = true,
    readonly settings: (redis: TestRedis) => readonly string[] = () => [],
  ) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Starts it, with what it has stored if it was stopped before. */
  async start(): Promise<void> {
    if (this.port === 0) this.port = await freePort();
    const settings = ['--port', String(this.port), '--dir', this.folder, '--bind', '127.0.0.1', '--save', ''];
    const lasting = ['--appendonly', this.isLasting ? 'yes' : 'no'];
    const child = spawn(PROGRAM, [...settings, ...lasting, ...this.settings(this)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#process = child;
    let isReady = false;
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      isReady = /ready to accept connections/i.test(line);
      if (isReady) break;
    }
    if (!isReady) throw new Error(`Redis does not start: ${lines.join(' ')}`);
    child.stdout.resume();
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGCONT');
    child.kill(signal);
    await once(child, 'exit');
  }

  /** Stops it and throws away what it has stored. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What `redis-cli` would answer to a command, as text. */
  command(...words: string[]): string {
    return execFileSync('redis-cli', ['-p', String(this.port), ...words], { encoding: 'utf8' }).trim();
  }
}

/** Starts a Redis that ends with the test. */
export async function startRedis(isLasting = true): Promise<TestRedis> {
  const redis = new TestRedis(isLasting);
  onTestFinished(() => redis.remove());
  await redis.start();
  return redis;
}

/** A worker process. */
export class TestWorker {
  readonly lines: Record<string, unknown>[] = [];
  readonly stderr: string[] = [];
  readonly exited: Promise<number | null>;
  readonly ready: Promise<Record<string, unknown>>;

  constructor(readonly child: ChildProcess) {
    // Its last lines may come after its exit.
    this.exited = new Promise((resolve) => child.once('close', resolve));
    child.stderr?.on('data', (chunk: Buffer) => this.stderr.push(String(chunk)));
    this.ready = new Promise((resolve) => {
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
        const entry = JSON.parse(line) as Record<string, unknown>;
        this.lines.push(entry);
        if (entry['event'] === 'ready') resolve(entry);
      });
    });
  }

  /** The lines about calls. */
  get calls(): Record<string, unknown>[] {
    return this.lines.filter(({ event }) => event === 'call');
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.child.kill(signal);
  }
}

/** Starts a worker process that serves `tasks.mjs` and ends with the test. Resolves when it takes calls. */
export async function startWorker(
  url: string,
  queue: string,
  more: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<TestWorker> {
  const child = spawn(
    process.execPath,
    [worker, '--queue', queue, '--redis', url, '--module', tasksFile, ...more],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  );
  const started = new TestWorker(child);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await Promise.race([
    started.ready,
    started.exited.then((code) => {
      throw new Error(`the worker has ended with ${String(code)}: ${started.stderr.join('')}`);
    }),
  ]);
  return started;
}

/** BullMQ's own view of a queue, as a dashboard has it; until the test ends. */
export function openQueue(url: string, queue: string): Queue {
  const connection = new Redis(url, { maxRetriesPerRequest: null }).on('error', () => undefined);
  const bull = new Queue(queue, { connection });
  bull.on('error', () => undefined);
  onTestFinished(async () => {
    await bull.close();
    connection.disconnect();
  });
  return bull;
}

let count = 0;

/** A name for a queue that no other test uses. */
export function newQueue(): string {
  count += 1;
  return `q${process.pid}-${count}`;
}
