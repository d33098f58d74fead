/**
 * What all fuzz tests share: a server that answers each request with the bytes of its case, the adapters that are tried, and
 * the judgement on how a case may end.
 */
import * as v8 from 'node:v8';
import * as vm from 'node:vm';
import { expect } from 'vitest';
import { KeyError, ValueError } from '../../src/builtins/index.js';
import * as adapters from '../../src/requests/adapters/index.js';
import { RequestException, Response, Session, Timeout } from '../../src/requests/index.js';
import type { PreparedRequest, RequestOptions } from '../../src/requests/index.js';
import { type RawConnection, type RawServer, reply, startRawServer } from '../helpers/servers/raw-server.js';

/** How the server answers one request. */
export interface Case {
  /** Written one after the other. */
  readonly writes: readonly (string | Buffer)[];
  /** What happens then. Default: the connection is ended in order. */
  readonly then?: 'end' | 'reset' | 'keep';
}

/** What came of a case. */
export type Outcome =
  | { readonly response: Response; readonly error?: undefined }
  | { readonly response?: undefined; readonly error: Error };

/** The adapters that the package has. */
export const ADAPTERS = (['HTTPAdapter', 'UndiciAdapter'] as const).flatMap((name) => {
  const cls = (adapters as Partial<Record<string, unknown>>)[name];
  if (typeof cls !== 'function') return [];
  return [{ name, make: (): adapters.BaseAdapter => Reflect.construct(cls, []) as adapters.BaseAdapter }];
});

/** Seconds of silence after which the client gives up. All cases end before: whoever waits so long has missed the end. */
const SILENCE = 6;
/** Milliseconds after which a case has hung. */
const PATIENCE = 12_000;

/** Sends to the server of the test, and answers everything else by itself: a redirect may lead anywhere. */
class OnlyTo extends adapters.BaseAdapter {
  constructor(
    readonly origin: string,
    readonly inner: adapters.BaseAdapter,
  ) {
    super();
  }

  override send(
    request: PreparedRequest,
    options?: Parameters<adapters.BaseAdapter['send']>[1],
  ): Promise<Response> {
    if (request.url?.startsWith(`${this.origin}/`)) return this.inner.send(request, options);
    const elsewhere = new Response();
    elsewhere.status_code = 204;
    elsewhere.request = request;
    elsewhere.url = request.url ?? '';
    elsewhere._content = Buffer.alloc(0);
    elsewhere._content_consumed = true;
    return Promise.resolve(elsewhere);
  }

  override close(): void | Promise<void> {
    return this.inner.close();
  }
}

/** A server, a session that reaches nothing but it, and the cases. */
export class Fuzzer implements AsyncDisposable {
  readonly server: RawServer;
  readonly session: Session;
  readonly adapter: adapters.BaseAdapter;
  #cases: readonly Case[] = [];
  readonly #faults: unknown[] = [];
  readonly #listenersBefore: string;
  #failed = false;

  private constructor(server: RawServer, adapter: adapters.BaseAdapter) {
    this.server = server;
    this.adapter = adapter;
    this.session = new Session();
    this.session.trust_env = false;
    const guarded = new OnlyTo(server.url, adapter);
    for (const prefix of ['http://', 'https://']) this.session.mount(prefix, guarded);
    server.script = (connection) => this.#serve(connection);
    this.#listenersBefore = processListeners();
    process.on('unhandledRejection', this.#onFault).on('uncaughtExceptionMonitor', this.#onFault);
    process.on('warning', this.#onFault);
  }

  static async start(make: () => adapters.BaseAdapter): Promise<Fuzzer> {
    return new Fuzzer(await startRawServer(() => undefined), make());
  }

  readonly #onFault = (fault: unknown): void => {
    this.#faults.push(fault);
  };

  /** Answers `/case/N` with the Nth case, and everything else with `fine`. */
  async #serve(connection: RawConnection): Promise<void> {
    for (;;) {
      const request = await connection.readRequest();
      if (request === '') return;
      const number = /^[A-Z]+ \/case\/(\d+)[ ?]/.exec(request)?.[1];
      const { writes, then = 'end' } = (number !== undefined && this.#cases[Number(number)]) || FINE;
      for (const [i, bytes] of writes.entries()) {
        // The next piece is a packet of its own.
        if (i > 0) await turn();
        if (connection.ended) return;
        await connection.write(bytes);
      }
      if (then === 'keep') continue;
      if (then === 'reset') connection.reset();
      else connection.end();
      return;
    }
  }

  /** Sends one request for each case, 8 at a time, and hands each outcome to `judge`. */
  async run<C extends Case>(
    cases: readonly C[],
    judge: (outcome: Outcome, one: C) => unknown = () => undefined,
    optionsOf: (one: C, index: number) => RequestOptions = (_one, i) => ({ stream: i % 2 === 1 }),
  ): Promise<{ responses: number; errors: Record<string, number> }> {
    this.#cases = cases;
    const tally = { responses: 0, errors: {} as Record<string, number> };
    let next = 0;
    const worker = async (): Promise<void> => {
      for (;;) {
        const index = next;
        const one = cases[index];
        if (one === undefined || this.#failed) return;
        next += 1;
        try {
          const outcome = await this.#outcome(index, optionsOf(one, index));
          if (outcome.error === undefined) tally.responses += 1;
          else tally.errors[outcome.error.name] = (tally.errors[outcome.error.name] ?? 0) + 1;
          await judge(outcome, one);
        } catch (error) {
          this.#failed = true;
          throw new Error(`case ${index}: ${describe(one)}: ${String(error)}`, { cause: error });
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    return tally;
  }

  async #outcome(index: number, options: RequestOptions): Promise<Outcome> {
    let timer: NodeJS.Timeout | undefined;
    const hung = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error('hung'));
      }, PATIENCE);
    });
    try {
      const response = await Promise.race([this.#request(index, options), hung]);
      return { response };
    } catch (error) {
      return { error: judgeError(error) };
    } finally {
      clearTimeout(timer);
    }
  }

  async #request(index: number, options: RequestOptions): Promise<Response> {
    const response = await this.session.get(`${this.server.url}/case/${index}`, {
      timeout: SILENCE,
      ...options,
    });
    if (!options.stream) return response;
    const pieces: Buffer[] = [];
    for await (const piece of response.iter_content(index % 3 === 0 ? null : 1 + (index % 50)))
      pieces.push(piece);
    response._content = Buffer.concat(pieces);
    return response;
  }

  /** Nothing may be left: the session still works, and once it is closed no connection, listener or fault remains. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#failed) await this.#expectNothingLeft();
    await this.server.close();
  }

  async #expectNothingLeft(): Promise<void> {
    const fine = await this.session.get(`${this.server.url}/fine`, { timeout: SILENCE });
    expect(fine.text).toBe('fine');
    await this.session.close();
    await this.adapter.close();
    await Promise.all(this.server.connections.map((connection) => connection.waitForEnd()));
    for (let i = 0; i < 5; i++) await turn();
    process.off('unhandledRejection', this.#onFault).off('uncaughtExceptionMonitor', this.#onFault);
    process.off('warning', this.#onFault);
    expect(this.#faults).toEqual([]);
    expect(processListeners()).toBe(this.#listenersBefore);
  }
}

const FINE: Case = { writes: [reply('fine')], then: 'keep' };

/** A turn of the event loop, after which what was written is out. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function processListeners(): string {
  return process
    .eventNames()
    .map((name) => `${String(name)}:${process.listenerCount(name)}`)
    .sort()
    .join(' ');
}

function describe({ writes, then }: Case): string {
  const bytes = Buffer.concat(
    writes.map((one) => (typeof one === 'string' ? Buffer.from(one, 'latin1') : one)),
  );
  return `${JSON.stringify(bytes.subarray(0, 2000).toString('latin1'))} then ${then ?? 'end'}`;
}

/** The exceptions that may come of an answer: those of requests, and Python's ValueErrors and KeyErrors for what it says. */
function judgeError(error: unknown): Error {
  const isDocumented =
    error instanceof RequestException || error instanceof ValueError || error instanceof KeyError;
  if (!isDocumented) throw new Error(`not a documented exception: ${String(error)}`, { cause: error });
  if (error instanceof Timeout || /Read timed out/.test(error.message)) {
    throw new Error(`the end of the answer was missed: ${error.message}`, { cause: error });
  }
  if (error.message === '' || /undefined|\[object/.test(error.message)) {
    throw new Error(`no good message: ${error.name}: ${error.message}`, { cause: error });
  }
  return error;
}

/** Bytes of heap in use once everything that can go is gone. */
export function heapUsed(): number {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
