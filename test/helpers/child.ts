import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What came of a process. */
export interface Outcome {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How {@link runNode} starts its process. */
export interface RunOptions {
  /** Default: the folder of the tests. */
  readonly cwd?: string;
  /** Added to the variables of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads from standard input. Default: nothing. */
  readonly stdin?: string;
  /** Kills it. */
  readonly signal?: AbortSignal;
}

/** Runs Node in a process of its own until it ends by itself. */
export async function runNode(
  args: readonly string[],
  { cwd, env, stdin = '', signal }: RunOptions = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env }, stdio: 'pipe' });
  const kill = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  // A program that ends without reading its input closes the pipe.
  child.stdin.on('error', () => undefined).end(stdin);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  signal?.removeEventListener('abort', kill);
  return { code, stdout, stderr };
}
