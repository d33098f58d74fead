/** Starts servers that others wrote, each in a folder of its own on free ports, and stops them on every path. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chmodSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Where a program is, also in the folders of the system's own; null when it is not installed, which one line says. */
export function installed(name: string, program: string): string | null {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']) {
    try {
      const path = join(folder, program);
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next.
    }
  }
  console.log(`${name}: skipped, as ${program} is not installed (.ci/run installs it)`);
  return null;
}

/** A folder for a server that may run as another user. */
export function makeFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  chmodSync(folder, 0o777);
  return folder;
}

/** A running server. */
export class Daemon implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #kill: () => void;
  #output = '';

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    // The process of the tests may end before they do.
    this.#kill = (): void => {
      child.kill('SIGKILL');
    };
    process.once('exit', this.#kill);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => (this.#output += text.toString()));
    }
  }

  /** Writes `files` into `folder`, starts the program there, and resolves when it accepts connections on `ports`. */
  static async start(
    program: string,
    args: readonly string[],
    folder: string,
    files: Readonly<Record<string, string>>,
    ports: readonly number[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Daemon> {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const child = spawn(program, args, { cwd: folder, env: { ...process.env, ...env }, stdio: 'pipe' });
    const daemon = new Daemon(child, folder);
    try {
      for (const port of ports) await daemon.#accepts(port);
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw error;
    }
    return daemon;
  }

  /** Servers do not say when they are ready: it is tried for 10 seconds. */
  async #accepts(port: number): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      if (this.#child.exitCode !== null) break;
      const socket = net.connect(port, '127.0.0.1');
      const isOpen = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      socket.destroy();
      if (isOpen) return;
      await pause(50);
    }
    throw new Error(`${this.#child.spawnfile} does not start: ${this.#output}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#kill);
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      const timer = setTimeout(this.#kill, 3000);
      await closed;
      clearTimeout(timer);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
