/** The servers of the suites, each in a process of its own and pinned to a CPU where that is possible; started when first used. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCertificate } from '../../test/helpers/servers/certificates.js';
import { isPinned } from './measure.js';

/** Where the suites `real-…` find their server. */
export interface RealServer {
  /** By protocol: http, https, http2. */
  readonly ports: Readonly<Record<string, number>>;
  /** The path of the authority's certificate that its own is signed by. */
  readonly ca: string;
}

export class Servers {
  readonly #children: ChildProcess[] = [];
  #folder: string | null = null;
  #small: Promise<string> | null = null;
  #large: Promise<string> | null = null;
  #real: Promise<RealServer> | null = null;

  /** The URL of `server.mjs`. */
  small(): Promise<string> {
    return (this.#small ??= this.#start('../server.mjs').then((message) => {
      return `http://127.0.0.1:${(message as { port: number }).port}`;
    }));
  }

  /** The URL of `large-server.mjs`. */
  large(): Promise<string> {
    return (this.#large ??= this.#start('../large-server.mjs').then((message) => {
      return `http://127.0.0.1:${(message as { port: number }).port}/`;
    }));
  }

  /** The server of what people really send, `real/server.mjs`. */
  real(): Promise<RealServer> {
    return (this.#real ??= this.#startReal());
  }

  async #startReal(): Promise<RealServer> {
    this.#folder = mkdtempSync(join(tmpdir(), 'bench-'));
    const issuer = makeCertificate({ commonName: 'bench authority', isAuthority: true });
    const { cert, key } = makeCertificate({ commonName: 'bench', names: ['127.0.0.1'], issuer });
    const path = (name: string): string => join(this.#folder as string, name);
    writeFileSync(path('authority.pem'), issuer.cert);
    writeFileSync(path('cert.pem'), cert);
    writeFileSync(path('key.pem'), key);
    const ports = await this.#start('../real/server.mjs', [path('cert.pem'), path('key.pem')]);
    return { ports: ports as Record<string, number>, ca: path('authority.pem') };
  }

  /** Starts a server, which begins with a message. */
  async #start(script: string, args: readonly string[] = []): Promise<unknown> {
    const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
      ...(isPinned ? { execPath: 'taskset', execArgv: ['-c', '1', process.execPath] } : {}),
    });
    this.#children.push(child);
    return await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('error', reject);
      child.once('exit', (code) => {
        reject(new Error(`The server ended with code ${String(code)}`));
      });
    });
  }

  stop(): void {
    for (const child of this.#children) child.disconnect();
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true });
  }
}
