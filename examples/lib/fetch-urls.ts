import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { as_completed, AsyncPoolExecutor } from 'requests-futures';
import { AbortError, Session } from 'requests-futures/requests';
import { type Fetched, row, type Screen } from './url-rows.js';

const usage = `Usage: npm start                        compare five strategies on a local server
       npm start -- [OPTIONS] URL...     fetch the URLs, many at a time; - reads them from standard input

  --max-workers N   run at most N requests at once (default 8)
  --timeout N       wait at most N seconds to connect, and for each read (default 10)
  --help            show this help

Prints one row per URL, in order of completion: the URL, status, bytes, and seconds from the request to the last byte;
or the error. A failed URL does not stop the others. The summary goes to standard error. Ctrl-C aborts the running
requests and prints the summary so far.

Exit codes: 0 when every URL was fetched, whatever its status; 1 when one failed; 2 for wrong usage; 130 after Ctrl-C.
`;

interface Settings {
  readonly urls: readonly string[];
  readonly maxWorkers: number;
  readonly timeout: number;
}

/** The whole command. Returns the exit code: 0; 1 when a URL failed; 2 for wrong usage; 130 when interrupted. */
export async function fetchUrls(args: string[]): Promise<number> {
  let settings: Settings | null;
  try {
    settings = await readArguments(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (settings !== null) return await fetchAll(settings);
  process.stdout.write(usage);
  return 0;
}

/** Throws for wrong usage. Null: show the help. */
async function readArguments(args: string[]): Promise<Settings | null> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'max-workers': { type: 'string', default: '8' },
      timeout: { type: 'string', default: '10' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return null;
  const maxWorkers = Number(values['max-workers']);
  if (!Number.isInteger(maxWorkers) || maxWorkers < 1) {
    throw new Error(`--max-workers must be a whole number from 1 up, not '${values['max-workers']}'`);
  }
  const timeout = Number(values.timeout);
  if (!(timeout > 0))
    throw new Error(`--timeout must be a number of seconds above 0, not '${values.timeout}'`);
  if (positionals.length === 0) throw new Error('There is no URL to fetch');

  const urls: string[] = [];
  for (const argument of positionals) {
    if (argument === '-') urls.push(...(await linesOfStdin()));
    else urls.push(argument);
  }
  return { urls, maxWorkers, timeout };
}

async function linesOfStdin(): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== '') lines.push(line.trim());
  }
  return lines;
}

async function fetchAll({ urls, maxWorkers, timeout }: Settings): Promise<number> {
  // `… | head` closes the pipe early.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const interrupt = new AbortController();
  const pool = new AsyncPoolExecutor({ max_workers: maxWorkers });
  await using session = new Session();

  /** Counts the body without keeping it, as it may be larger than memory. */
  async function fetchOne(url: string): Promise<Fetched> {
    const begun = performance.now();
    const response = await session.get(url, { timeout, stream: true, signal: interrupt.signal });
    let bytes = 0;
    for await (const piece of response.iter_content(65_536)) bytes += piece.length;
    return { status: response.status_code, bytes, seconds: (performance.now() - begun) / 1000 };
  }

  // Stays: npm and tsx pass on a signal that the terminal has sent already. Without a listener the second, which may
  // come late, would end the process before the summary is out and with another exit code.
  process.on('SIGINT', onInterrupt);
  function onInterrupt(): void {
    void pool.shutdown({ wait: false, cancel_futures: true });
    interrupt.abort();
  }

  const begun = performance.now();
  const urlOf = new Map(urls.map((url) => [pool.submit(fetchOne, url), url]));
  const tally = new Tally(urls);
  tally.showProgress();
  for await (const future of as_completed(urlOf)) {
    const url = urlOf.get(future) ?? '';
    urlOf.delete(future);
    if (future.cancelled()) continue;
    // `exception()` waits as `result()` does, and gives what `result()` would throw.
    const error = await future.exception();
    if (error instanceof AbortError) continue;
    tally.add(url, error === null ? await future.result() : { error });
  }
  tally.finish((performance.now() - begun) / 1000, interrupt.signal.aborted);
  if (interrupt.signal.aborted) return 130;
  return tally.failed === 0 ? 0 : 1;
}

/** Prints rows and counts them. Standard output has the rows only; standard error has the rest. */
class Tally {
  failed = 0;
  readonly #total: number;
  readonly #longest: number;
  #done = 0;
  #bytes = 0;

  constructor(urls: readonly string[]) {
    this.#total = urls.length;
    this.#longest = urls.reduce((longest, url) => Math.max(longest, url.length), 0);
  }

  add(url: string, fetched: Fetched): void {
    this.#done += 1;
    if ('error' in fetched) this.failed += 1;
    else this.#bytes += fetched.bytes;
    this.#clearProgress();
    process.stdout.write(`${row(url, fetched, this.#longest, screen())}\n`);
    this.showProgress();
  }

  showProgress(): void {
    if (process.stderr.isTTY)
      process.stderr.write(`${this.#done} of ${this.#total} done, ${this.failed} failed`);
  }

  finish(seconds: number, interrupted: boolean): void {
    this.#clearProgress();
    const done = interrupted ? `Interrupted: ${this.#done} of ${this.#total}` : String(this.#total);
    process.stderr.write(
      `${done} ${this.#total === 1 ? 'URL' : 'URLs'}, ${this.failed} failed, ${this.#bytes} B in ${seconds.toFixed(3)} s\n`,
    );
  }

  #clearProgress(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }
}

/** The terminal as it is now: its width may change meanwhile. */
function screen(): Screen {
  const { stdout } = process;
  // `hasColors` heeds NO_COLOR.
  return stdout.isTTY
    ? { columns: stdout.columns, colors: stdout.hasColors() }
    : { columns: null, colors: false };
}
