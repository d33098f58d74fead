import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** Whether a Redis can be started here. */
export function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/** Below those that a system hands out to other programs, of which one might take it before Redis does. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    server.close();
    if (isFree) return port;
  }
}

/** Starts a Redis that keeps nothing, on a free port of this machine. */
export async function startRedis(): Promise<{ url: string } & AsyncDisposable> {
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'inherit'] });
  await lineOf(child, (line) => line.includes('Ready to accept connections'));
  return {
    url: `redis://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

/** Resolves when a process has printed a line that is wanted. */
export async function lineOf(child: ChildProcess, isWanted: (line: string) => boolean): Promise<void> {
  if (child.stdout === null) return;
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      if (isWanted(line)) resolve();
    });
    child.once('exit', (code) => {
      reject(new Error(`the process has ended with ${String(code)}`));
    });
  });
}
