/** The server of the tests of this door, and scripts that run beside it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { requests } from 'requests-futures/blocking';

/** One request as it arrived. */
export interface Logged {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** A server in a process of its own, as one in this thread could not answer while it waits. */
export class FarServer implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: string) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** `path`: a UNIX socket that it listens on, too. */
  static async start(path?: string): Promise<FarServer> {
    const script = fileURLToPath(new URL('fixtures/server.mjs', import.meta.url));
    const child = spawn(process.execPath, [script, ...(path === undefined ? [] : [path])], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return new FarServer(child, line.toString().trim());
  }

  /** What was asked since the last time, and how many requests were there at once at the most. */
  log(): { log: Logged[]; most: number } {
    return requests.get(`${this.url}/_log`).json();
  }

  /** How many connections are open. */
  connections(): number {
    return requests.get(`${this.url}/_connections`).json();
  }

  async close(): Promise<void> {
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

export interface ScriptResult {
  code: number | null;
  /** What ended it; null when it ended by itself. */
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs `source` as a script of its own, beside `server`; `BASE` is the server's URL there. When it prints `interruptAt`, it gets what
 * Ctrl-C sends.
 */
export function runScript(
  source: string,
  {
    url = '',
    node = [],
    env = {},
    type = 'module',
    interruptAt = null,
    doors,
  }: {
    url?: string;
    node?: readonly string[];
    env?: NodeJS.ProcessEnv;
    type?: 'module' | 'commonjs';
    interruptAt?: string | null;
    /** How it begins. Default: with the names of this door. */
    doors?: string;
  } = {},
): Promise<ScriptResult> {
  const start = doors ?? (type === 'module' ? IMPORTS : REQUIRES);
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...node, `--input-type=${type}`],
      {
        timeout: 55_000,
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        env: { ...process.env, ...env },
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ code, signal: error?.signal ?? null, stdout, stderr });
      },
    );
    if (interruptAt !== null) {
      child.stdout?.on('data', (text: string) => {
        if (text.includes(interruptAt)) child.kill('SIGINT');
      });
    }
    child.stdin?.end(`${start}const BASE = ${JSON.stringify(url)};\n${source}`);
  });
}

const NAMES =
  'requests, Session, FuturesSession, ThreadPoolExecutor, ProcessPoolExecutor, as_completed, wait, time, BrokenExecutor, importable';
const IMPORTS = `import { ${NAMES} } from 'requests-futures/blocking';\n`;
const REQUIRES = `const { ${NAMES} } = require('requests-futures/blocking');\n`;
