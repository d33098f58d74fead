/** Runs clients in processes of their own, each pinned to a CPU where that is possible. */
import { execFile, execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { locate } from './before.js';

const run = promisify(execFile);

/** What one run of one client gave. */
export interface Run {
  /** Wall time in seconds. */
  seconds: number;
  /** CPU time of the whole process in seconds, user and system. */
  cpu: number;
  /** CPU time of the process from its very start, imports included, where it was measured. */
  wholeCpu?: number;
  /** Peak memory in MB. */
  rss: number;
  /** How many answers were right. */
  right: number;
  /** The longest delay of the main loop in milliseconds, where it was measured. */
  longestDelay: number | null;
  /** The most starts in any window, where there was a limit. */
  most?: number;
}

// A CA bundle or a proxy of the machine's would be looked up by those clients alone that honor it. More certificates for Node
// are read before any program begins, which can take longer than the program.
for (const name of Object.keys(process.env)) {
  if (/^(https?|all|no)_proxy$|_CA_BUNDLE$|^NODE_EXTRA_CA_CERTS$/i.test(name))
    Reflect.deleteProperty(process.env, name);
}

const canPin = availableParallelism() > 1 && works('taskset', ['-V']);

/** Whether `command` can be run here. */
export function works(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** `command` on one CPU, where CPUs can be chosen. */
function pinned(cpu: number, command: string, args: readonly string[]): [command: string, args: string[]] {
  return canPin ? ['taskset', ['-c', String(cpu), command, ...args]] : [command, [...args]];
}

/** Whether client and server have a CPU each. */
export const isPinned: boolean = canPin;

/** One run of `client` by a script of the benchmark's: `SCRIPT CLIENT OPTIONS`. */
export async function runClient(
  script: string,
  client: string,
  options: object,
  onBothCpus = false,
): Promise<Run> {
  return lastLine(await runClientText(script, client, options, onBothCpus));
}

/** The same for a script that prints anything. */
export async function runClientText(
  script: string,
  client: string,
  options: object,
  onBothCpus = false,
): Promise<string> {
  const { path, name } = locate(script, client);
  const args = [path, name, JSON.stringify(options)];
  return await output(
    ...(onBothCpus ? ([process.execPath, args] as const) : pinned(0, process.execPath, args)),
  );
}

/** One run of any command that prints a {@link Run}. */
export async function runCommand(command: string, args: readonly string[]): Promise<Run> {
  return lastLine(await output(...pinned(0, command, args)));
}

/** The rate of `wrk` for two seconds, told as the time that `n` requests take at that rate. */
export async function runWrk(url: string, n: number, concurrency: number): Promise<Run> {
  const [command, args] = pinned(0, 'wrk', ['-t1', `-c${concurrency}`, '-d2s', url]);
  const { stdout } = await run(command, args);
  const rate = Number(/Requests\/sec:\s*([\d.]+)/.exec(stdout)?.[1]);
  return { seconds: n / rate, cpu: Number.NaN, rss: Number.NaN, right: n, longestDelay: null };
}

async function output(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(command, args, { timeout: 180_000, maxBuffer: 1 << 20 });
  return stdout.trim();
}

function lastLine(text: string): Run {
  return JSON.parse(text.split('\n').at(-1) ?? '') as Run;
}

/** The same, with the wall and CPU seconds of the whole process, start to end. */
export async function timeClient(script: string, client: string, options: object): Promise<Run> {
  const start = performance.now();
  const result = await runClient(script, client, options);
  return { ...result, cpu: result.wholeCpu ?? result.cpu, seconds: (performance.now() - start) / 1000 };
}
