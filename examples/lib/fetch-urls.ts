import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { as_completed, FuturesSession } from 'requests-futures';

const usage = `Usage: npm start                        compares five strategies on a server of its own
       npm start -- [OPTIONS] URL...     fetches the URLs, many at a time; - reads them from standard input

  --max-workers N   how many requests may run at once (8)
  --timeout N       seconds to wait for a connection, and for each next piece of an answer (10)
  --help            shows this

One row per URL, in the order in which they end: status, bytes, seconds until the headers came; or the error.
A URL that fails stops no other and is no failure of the command.
`;

interface Settings {
  readonly urls: readonly string[];
  readonly maxWorkers: number;
  readonly timeout: number;
}

/** The whole command. Gives the exit code: 0, or 2 when the usage is wrong. */
export async function fetchUrls(args: string[]): Promise<number> {
  let settings: Settings | null;
  try {
    settings = await readArguments(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (settings === null) process.stdout.write(usage);
  else await fetchAll(settings);
  return 0;
}

/** Throws when the usage is wrong; null: help was asked for. */
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

async function fetchAll({ urls, maxWorkers, timeout }: Settings): Promise<void> {
  // `… | head` closes the pipe when it has seen enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  await using session = new FuturesSession({ max_workers: maxWorkers });
  const urlOf = new Map(urls.map((url) => [session.get(url, { timeout }), url]));

  let failed = 0;
  let done = 0;
  const progress = (): void => {
    if (process.stderr.isTTY) process.stderr.write(`${done} of ${urls.length} done, ${failed} failed`);
  };
  const clear = (): void => {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  };

  progress();
  for await (const future of as_completed(urlOf)) {
    let row: string;
    // `exception()` waits as `result()` does, and gives what `result()` would throw.
    const error = await future.exception();
    if (error === null) {
      const response = await future.result();
      const seconds = response.elapsed.total_seconds().toFixed(3);
      row = `${response.status_code} ${String(response.content.length).padStart(10)} bytes ${seconds.padStart(8)} s`;
    } else {
      failed += 1;
      row = `${error.name}: ${error.message.replaceAll(/\s+/g, ' ')}`;
    }
    done += 1;
    clear();
    process.stdout.write(`${row}  ${urlOf.get(future)}\n`);
    // What is forgotten here is freed: ten thousand bodies need not be in memory at the end.
    urlOf.delete(future);
    progress();
  }
  clear();
}
