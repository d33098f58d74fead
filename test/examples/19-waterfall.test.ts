import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { harProblems } from '../helpers/har-schema.js';
import { type Probe, probe, type Row } from './fixtures/waterfall-probe.mjs';
import { type ExampleOutcome, runExample } from '../helpers/run-example.js';

const output = fileURLToPath(new URL('../../examples/output/', import.meta.url));
const address = pathToFileURL(`${output}waterfall.html`).href;
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.log(`waterfall.html is not opened in a browser: there is no ${executablePath}`);

const phases = ['queued', 'connecting', 'waiting', 'receiving'];
let outcome: ExampleOutcome;

beforeAll(async () => {
  outcome = await runExample(['19-waterfall']);
});

test('the walkthrough shows the parts of the time as a table, and says where the picture is', () => {
  const { code, stderr, stdout } = outcome;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const rows = [...stdout.matchAll(/^(\S.*?) {2,}(\d+) +(\d+\.\d) +(\d+\.\d) +(\d+\.\d) +(\d+\.\d)$/gm)];
  const numbers = rows.map((row) => row.slice(2).map(Number));
  expect(numbers.map(([connections]) => connections)).toEqual([10, 1, 2, 10, 10]);
  const queued = numbers.map((row) => row[1] ?? NaN);
  expect(queued.slice(0, 2)).toEqual([0, 0]);
  expect(queued[2]).toBeGreaterThan(0);
  for (const [, , , waiting, receiving] of numbers) {
    expect(waiting).toBeGreaterThan(0);
    expect(receiving).toBeGreaterThan(0);
  }
  expect(stdout).toContain('examples/output/waterfall.html');
});

test('the archive beside it is valid and has all requests', () => {
  const har = JSON.parse(readFileSync(`${output}waterfall.har`, 'utf8')) as { log: { entries: unknown[] } };
  expect(harProblems(har)).toEqual([]);
  expect(har.log.entries).toHaveLength(50);
});

test('the page needs nothing but itself', () => {
  const html = readFileSync(`${output}waterfall.html`, 'utf8');
  expect(html).not.toMatch(/<(?:script|link|img|iframe|object|embed)\b|@import|url\(|\bsrc=/i);
  expect(html).toContain(`default-src 'none'`);
});

/** The contrast of two colors, as WCAG has it. */
function contrast(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
    const value = Number(part) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe.skipIf(!hasBrowser)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  async function look(
    options: Parameters<Browser['newPage']>[0] = {},
  ): Promise<{ seen: Probe; asked: string[] }> {
    const page = await browser.newPage(options);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => asked.push(message.text()));
    await page.goto(address);
    const seen = await page.evaluate(probe);
    await page.close();
    return { seen, asked };
  }

  test.each(['light', 'dark'] as const)(
    '%s: fetches nothing, complains of nothing, can be read',
    async (scheme) => {
      const { seen, asked } = await look({ colorScheme: scheme });
      expect(asked).toEqual([address]);
      const page = luminance(seen.background);
      if (scheme === 'light') expect(page).toBeGreaterThan(0.8);
      else expect(page).toBeLessThan(0.1);
      expect(seen.colors.length).toBeGreaterThan(50);
      for (const { text, background } of seen.colors) {
        const ratio = contrast(luminance(text), luminance(background));
        expect(ratio, `${text} on ${background}`).toBeGreaterThan(4.5);
      }
    },
  );

  test('has a row for each request of each strategy, in the lane of its worker', async () => {
    const { strategies, connections } = (await look()).seen;
    expect(strategies.map((lanes) => lanes.length)).toEqual([1, 1, 2, 10, 10]);
    const all = Array.from({ length: 10 }, (_, i) => `/item/${i}`);
    for (const lanes of strategies) {
      const labels = lanes.flat().map(({ label }) => label);
      expect(labels.toSorted()).toEqual(all);
    }
    expect(connections).toEqual(['10', '1', '2', '10', '10']);
  });

  test('draws the parts of a request one after the other, and says them in words', async () => {
    for (const { label, text, segments } of (await look()).seen.strategies.flat(2)) {
      const parts = segments.filter(({ name }) => phases.includes(name));
      const names = parts.map(({ name }) => name);
      expect(names).toEqual(phases.filter((name) => names.includes(name)));
      expect(names).toEqual(expect.arrayContaining(['waiting', 'receiving']));
      for (const [i, { from, to }] of parts.entries()) {
        expect(to, label).toBeGreaterThanOrEqual(from);
        expect(to).toBeLessThanOrEqual(100);
        // Written with three digits.
        if (i > 0) expect(Math.abs(from - (parts[i - 1]?.to ?? NaN)), label).toBeLessThan(0.01);
      }
      const handled = segments.find(({ name }) => name === 'handled');
      expect(handled?.from).toBeGreaterThanOrEqual((parts.at(-1)?.to ?? NaN) - 0.01);
      expect(text).toMatch(/^GET \/item\/\d, 200, (?:new|kept) connection, .*waiting \d+.* handled \d+/);
    }
  });

  test('shows no worker, and no program without workers, with two requests at one time', async () => {
    for (const lane of (await look()).seen.strategies.flat()) {
      const busy = lane.map(({ segments }) => {
        const parts = segments.filter(({ name }) => phases.includes(name) && name !== 'queued');
        return { from: parts[0]?.from ?? NaN, to: parts.at(-1)?.to ?? NaN };
      });
      for (const [i, { from }] of busy.entries()) {
        if (i > 0) expect(from).toBeGreaterThanOrEqual((busy[i - 1]?.to ?? NaN) - 0.01);
      }
    }
  });

  test('only as_completed handles each answer when it is there', async () => {
    const idle = (lanes: Row[][]): number =>
      lanes
        .flatMap((rows) => rows.flatMap(({ segments }) => segments))
        .reduce((sum, { name, from, to }) => sum + (name === 'idle' ? to - from : 0), 0);
    const [, , , inOrder = NaN, completed = NaN] = (await look()).seen.strategies.map(idle);
    expect(completed).toBeLessThan(inOrder);
  });

  test.each([390, 1200, 1920])('does not need to be scrolled sideways at a width of %i', async (width) => {
    const { seen } = await look({ viewport: { width, height: 800 } });
    expect(seen.width).toBeLessThanOrEqual(width);
  });
});
