/** The walkthroughs of the blocking flavor print what the awaited ones print, and their servers see the same requests. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

const names = readdirSync('examples/blocking').map((file) => file.replace('.ts', ''));
let directory = '';

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'walkthroughs-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

type Settle = (lines: string[]) => string[];

const sorted: Settle = (lines) => lines.toSorted();
const replacing =
  (pattern: RegExp, by = '#'): Settle =>
  (lines) =>
    lines.map((line) => line.replace(pattern, by));

/** What depends on the machine or differs on purpose, by walkthrough. */
const SETTLE: Readonly<Record<string, Settle>> = {
  '01-five-strategies': replacing(/\d+\.\d\d +█+$/),
  // Node 26 keeps the connection of a response that is closed when all of it has arrived.
  '02-persistent-connections': replacing(/(?<=body read 50 )[01]|\d+\.\d\d$/g),
  // A future of this flavor has the state that was heard of when the thread waited last.
  '04-futures-by-hand': (lines) =>
    sorted(replacing(/^(?:await|results)|returned \w+|(?<=^at the start .*state=)\w+/g)(lines)),
  '05-futures-session': replacing(/^((?:max_workers: 24|an executor without a limit) 24) \d+$/, '$1 many'),
  // Several are done at nearly the same time.
  '06-as-completed-and-wait': sorted,
  '07-tying-information': sorted,
  '09-cancel-and-abort': replacing(/\d(?= others stopped)/),
  // An async hook has no place in the blocking flavor; there a slow one stands in its stead.
  '08-hooks': replacing(/after the (?:async|slow) hook|took \d+ times/),
  '10-retries': replacing(/pauses of [\d., ]+ s|and \d+ s of/),
  // The memory of the awaited flavor is that of the whole program.
  '11-streaming-download': (lines) => sorted(lines.filter((line) => !line.startsWith('bytes held'))),
  // How many start before the first challenge is answered.
  '14-auth': replacing(/, challenges: [1-8]$/),
  '15-bounded-crawl': replacing(
    /; .* MiB resident$|(?<=at once on the server: )\d+|a generator that asks|an async generator/,
  ),
  // The rate goes on while the calls are made.
  '21-sixty-a-minute': replacing(/(?:in|each) \d\.\d s$|\d+ (?:fail|wait|arrived)\b/g),
};

/** Less than by default, by walkthrough. */
const ARGS: Readonly<Record<string, readonly string[]>> = { '15-bounded-crawl': ['1000'] };

/** What need not come equally often, by walkthrough. */
const IS_BY_CHANCE: Readonly<Record<string, RegExp>> = {
  // What is called off may not have been sent; and the server is asked until it has seen its clients hang up.
  '09-cancel-and-abort': /\/hung-up|\/search\/|part=3/,
  '14-auth': /^(?=.*"url":"\/digest")(?!.*"authorization")/,
  // What was on its way when the crawl had enough.
  '15-bounded-crawl': /\/page\/1\d{3}"/,
  '21-sixty-a-minute': /\/v1\/items\/[3-6]\d"/,
};

interface Run {
  lines: string[];
  requests: string[];
}

async function run(folder: string, name: string): Promise<Run> {
  const log = path.join(directory, `${folder.replace('/', '-')}${name}`);
  const { code, stderr, lines } = await runExample([folder + name, ...(ARGS[name] ?? [])], '', {
    REQUEST_LOG: log,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const seen = readFileSync(log, 'utf8').trimEnd().split('\n');
  const byChance = IS_BY_CHANCE[name];
  const requests = seen.filter((request) => !byChance?.test(request)).map(anonymous);
  const settle = SETTLE[name] ?? ((kept) => kept);
  return { lines: settle(lines.map(spaced)), requests: requests.sort() };
}

/** Ports, the boundaries of forms and the random parts of a digest are new in each run. */
function anonymous(text: string): string {
  return text
    .replace(/127\.0\.0\.1:\d{4,}/g, 'SERVER')
    .replace(/boundary=[\w-]+/, 'boundary=…')
    .replace(/(cnonce|response|nc)=(?:\\"\w+\\"|\d+)/g, '$1=…');
}

/** A wider number in one column moves the others. */
function spaced(line: string): string {
  return line.trim().replace(/ +/g, ' ');
}

test.each(names)('%s does the same in both flavors', { timeout: 60_000 }, async (name) => {
  const awaited = await run('', name);
  const blocking = await run('blocking/', name);
  expect(awaited.requests.length).toBeGreaterThan(2);
  expect(blocking).toEqual(awaited);
});

test.each(names)('%s has no await', (name) => {
  const source = readFileSync(`examples/blocking/${name}.ts`, 'utf8').replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '');
  expect(source).not.toMatch(/\bawait\b|\basync\b|\bPromise\b/);
  expect(source).toContain("from 'requests-futures/blocking'");
});
