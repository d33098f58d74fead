/** The walkthroughs of the blocking flavour print what the awaited ones print, and their servers see the same requests. */
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
  '02-persistent-connections': replacing(/\d+\.\d\d$/),
  // Several are done at nearly the same time.
  '06-as-completed-and-wait': sorted,
  '07-tying-information': sorted,
};

interface Run {
  lines: string[];
  requests: string[];
}

async function run(name: string, settle: Settle): Promise<Run> {
  const log = path.join(directory, name.replace('/', '-'));
  const { code, stderr, lines } = await runExample([name], '', { REQUEST_LOG: log });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const requests = readFileSync(log, 'utf8').trimEnd().split('\n').map(anonymous).sort();
  return { lines: settle(lines.map(spaced)), requests };
}

/** Ports, the boundaries of forms and the random parts of a digest are new in each run. */
function anonymous(text: string): string {
  return text
    .replace(/127\.0\.0\.1:\d{4,}/g, 'SERVER')
    .replace(/boundary=[\w-]+/, 'boundary=…')
    .replace(/(cnonce|response)=\\"\w+\\"/g, '$1=…');
}

/** A wider number in one column moves the others. */
function spaced(line: string): string {
  return line.trim().replace(/ +/g, ' ');
}

test.each(names)('%s does the same in both flavours', async (name) => {
  const settle = SETTLE[name] ?? ((lines) => lines);
  const awaited = await run(name, settle);
  const blocking = await run(`blocking/${name}`, settle);
  expect(awaited.requests.length).toBeGreaterThan(2);
  expect(blocking).toEqual(awaited);
});

test.each(names)('%s has no await', (name) => {
  const source = readFileSync(`examples/blocking/${name}.ts`, 'utf8').replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '');
  expect(source).not.toMatch(/\bawait\b|\basync\b|\bPromise\b/);
  expect(source).toContain("from 'requests-futures/blocking'");
});
