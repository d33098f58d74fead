/** The ports in the blocking flavor: the same outcome, and the same requests as the server saw them. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalServer, serve } from '../../examples/lib/local-server.js';
import { routes } from '../../examples/lib/routes.js';
import { blockingPorts } from '../../examples/lib/to-blocking.js';
import { download_all } from '../../examples/ports/bulk-downloader.js';
import { CachedClient } from '../../examples/ports/cache-poller.js';
import { collect } from '../../examples/ports/callback-pipeline.js';
import { poll } from '../../examples/ports/device-poller.js';
import { fetch_invoices } from '../../examples/ports/form-login.js';
import { check } from '../../examples/ports/health-checker.js';
import { tail } from '../../examples/ports/log-tail.js';
import { upload } from '../../examples/ports/multipart-upload.js';
import { all_issues } from '../../examples/ports/paginated-api.js';
import { run } from '../../examples/ports/progress-dashboard.js';
import { crawl } from '../../examples/ports/rate-limited-crawler.js';
import { deliver } from '../../examples/ports/webhook-sender.js';
import * as servers from '../helpers/servers/port-servers.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Inside of the package, so that it is found by its name. */
const compiled = path.join(root, 'build', 'blocking-ports');
let directory = '';

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'ports-'));
  mkdirSync(compiled, { recursive: true });
  for (const { name, text } of blockingPorts()) {
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 },
    });
    writeFileSync(path.join(compiled, name.replace('.ts', '.mjs')), outputText);
  }
});

afterAll(() => {
  rmSync(directory, { recursive: true });
  rmSync(compiled, { recursive: true });
});

/** What a port of the blocking flavor gives, in a thread of its own. */
async function runBlocking(
  file: string,
  name: string,
  args: readonly unknown[],
  more: { take?: number; calls?: readonly (readonly unknown[])[] } = {},
): Promise<unknown> {
  const worker = new Worker(new URL('blocking-port-worker.mjs', import.meta.url), {
    workerData: { file: pathToFileURL(path.join(compiled, `${file}.mjs`)).href, name, args, ...more },
  });
  const message = await new Promise<{ value?: unknown; error?: string }>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  return message.error ?? message.value;
}

interface Scenario {
  port: string;
  name: string;
  server: (log: unknown[]) => Parameters<typeof routes>[0];
  args: (url: string) => unknown[];
  awaited: (args: never[]) => unknown;
  more?: { take?: number; calls?: (url: string) => unknown[][] };
  /** What may differ: times, and the order of what runs at the same time. */
  settle?: (value: unknown, url: string) => unknown;
}

const sorted = (value: unknown): unknown =>
  JSON.stringify(value)
    .split(/[{}[\],]/)
    .sort();

async function collected<T>(items: AsyncIterable<T>, take = Infinity): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) if (taken.push(item) === take) break;
  return taken;
}

const scenarios: Scenario[] = [
  {
    port: 'bulk-downloader',
    name: 'download_all',
    server: () => servers.files(),
    args: (url) => [
      ['a.bin', 'b.bin', 'missing.bin', 'c.bin'].map((name) => `${url}/files/${name}`),
      directory,
      2,
    ],
    awaited: (args) => download_all(...(args as unknown as Parameters<typeof download_all>)),
  },
  {
    port: 'paginated-api',
    name: 'all_issues',
    server: (log) => servers.issues(log as string[]),
    args: (url) => [url, 'secret'],
    awaited: (args) => collected(all_issues(...(args as unknown as [string, string]))),
  },
  {
    port: 'health-checker',
    name: 'check',
    server: (log) => servers.services(log as string[]),
    args: (url) => [['/fine', '/moved', '/broken', '/silent'].map((name) => url + name)],
    awaited: (args) => check(...(args as unknown as [string[]])),
    settle: (value) => JSON.stringify(value).replace(/\d+ ms/g, 'some ms'),
  },
  {
    port: 'form-login',
    name: 'fetch_invoices',
    server: (log) => servers.shop(log as string[]),
    args: (url) => [url, 'ada', 'right'],
    awaited: (args) => fetch_invoices(...(args as unknown as [string, string, string])),
  },
  {
    port: 'form-login',
    name: 'fetch_invoices',
    server: (log) => servers.shop(log as string[]),
    args: (url) => [url, 'ada', 'wrong'],
    awaited: (args) => fetch_invoices(...(args as unknown as [string, string, string])),
  },
  {
    port: 'multipart-upload',
    name: 'upload',
    server: (log) => servers.photos(log as string[]),
    args: (url) => {
      const paths = ['one.jpg', 'two.jpg', 'three.jpg'].map((name) => path.join(directory, name));
      for (const each of paths) writeFileSync(each, `content of ${each}`);
      return [`${url}/photos`, paths, 'summer'];
    },
    awaited: (args) => upload(...(args as unknown as [string, string[], string])),
    settle: sorted,
  },
  {
    port: 'webhook-sender',
    name: 'deliver',
    server: (log) => servers.webhooks(log as string[], 'key'),
    args: (url) => [
      `${url}/hook`,
      ['order.new', 'order.paid', 'order.lost'].map((type) => ({ type, id: 7 })),
      'key',
    ],
    awaited: (args) => deliver(...(args as unknown as [string, object[], string])),
  },
  {
    port: 'rate-limited-crawler',
    name: 'crawl',
    server: () => servers.site([]),
    args: (url) => [`${url}/`, 100],
    awaited: (args) => crawl(...(args as unknown as [string, number])),
    settle: (value) => sorted([...(value as Map<string, number>)]),
  },
  {
    port: 'device-poller',
    name: 'poll',
    server: (log) => servers.device(log as string[], 21.5),
    args: (url) => [[url, 'http://127.0.0.1:1'], 'root', 'toor'],
    awaited: (args) => poll(...(args as unknown as [string[], string, string])),
  },
  {
    port: 'log-tail',
    name: 'tail',
    server: () => servers.logs([]),
    args: (url) => [`${url}/logs`, 'error'],
    awaited: (args) => collected(tail(...(args as unknown as [string, string])), 2),
    more: { take: 2 },
  },
  {
    port: 'cache-poller',
    name: 'CachedClient.get',
    server: (log) => servers.documents(log as string[], { version: 1 }),
    args: () => [],
    awaited: async (args) => {
      const [url] = args as string[];
      const client = new CachedClient();
      const results = [await client.get(url as string), await client.get(url as string)];
      await client.session.close();
      return results;
    },
    more: { calls: (url) => [[`${url}/document`], [`${url}/document`]] },
  },
  {
    port: 'progress-dashboard',
    name: 'run',
    server: () => servers.services([]),
    args: (url) => [['/fine', '/broken', '/fine'].map((name) => url + name), 'function show', 20],
    awaited: (args) => {
      const [urls, , deadline] = args as unknown as [string[], string, number];
      return run(urls, () => undefined, deadline);
    },
  },
  {
    port: 'callback-pipeline',
    name: 'collect',
    server: () => servers.orders(),
    args: (url) => [url, [1, 2, 3, 4], []],
    awaited: (args) => collect(...(args as unknown as [string, number[], string[]])),
    settle: sorted,
  },
];

/** A port and its blocking twin against two servers that are the same, ports of URLs aside. */
async function outcome(
  { server: table, args, settle = (value) => value, more }: Scenario,
  perform: (given: unknown[], url: string) => unknown,
): Promise<{ value: unknown; log: unknown }> {
  const log: unknown[] = [];
  const server: LocalServer = await serve(routes(table(log)));
  try {
    const given = more?.calls === undefined ? args(server.url) : (more.calls(server.url)[0] as unknown[]);
    let value: unknown;
    try {
      value = settle(await perform(given, server.url), server.url);
    } catch (error) {
      value = `${(error as Error).name}: ${(error as Error).message}`;
    }
    const anonymous = (thing: unknown): unknown =>
      JSON.parse(JSON.stringify(thing).replaceAll(server.url, 'URL'));
    return { value: anonymous(value), log: anonymous([...log].map(String).sort()) };
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

describe('each port of the blocking flavor', () => {
  test('is the awaited one without its awaits', () => {
    const words = (text: string): string => text.replace(/\s+/g, ' ').replaceAll(', }', ' }');
    const folder = path.join(root, 'examples/ports/blocking');
    const there = readdirSync(folder).map((name) => ({
      name,
      text: readFileSync(path.join(folder, name), 'utf8'),
    }));
    expect(there.map(({ name, text }) => [name, words(text)])).toEqual(
      blockingPorts().map(({ name, text }) => [name, words(text)]),
    );
    for (const { text } of there)
      expect(text.replace(/\/\/.*$/gm, '')).not.toMatch(/\b(?:await|async|Promise)\b/);
  });

  test.each(scenarios.map((scenario) => [`${scenario.port}: ${scenario.name}`, scenario] as const))(
    'does what the awaited one does: %s',
    async (_title, scenario) => {
      const theirs = await outcome(scenario, (args) => scenario.awaited(args as never[]));
      const ours = await outcome(scenario, async (args, url) => {
        const { take, calls } = scenario.more ?? {};
        const value = await runBlocking(scenario.port, scenario.name, args, {
          ...(take !== undefined && { take }),
          ...(calls !== undefined && { calls: calls(url) }),
        });
        if (typeof value === 'string')
          throw Object.assign(new Error(value.replace(/^\w+: /, '')), { name: /^\w+/.exec(value)?.[0] });
        return Array.isArray(value) ? value : (value as { result: unknown }).result;
      });
      expect(ours).toEqual(theirs);
    },
  );
});
