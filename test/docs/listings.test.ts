/** The listings of the README and of docs are type-checked against the source: those in TypeScript strictly, those in JavaScript leniently. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { handwrittenPages } from './markdown.js';

/** What the listings find around them, for all that they do not declare themselves. */
const AROUND = `
import type { Readable as ReadableStream } from 'node:stream';
import type * as requestsModule from 'requests-futures/requests';
import type * as futuresModule from 'requests-futures';
import type { BullMQExecutor } from 'requests-futures/bullmq';
declare global {
  const urls: string[];
  const paths: string[];
  const SERVER: string;
  const SECURE_SERVER: string;
  const session: futuresModule.FuturesSession;
  const executor: BullMQExecutor;
  const requests: typeof requestsModule;
  const Readable: typeof ReadableStream;
  const HTTPAdapter: typeof requestsModule.HTTPAdapter;
  const FuturesSession: typeof futuresModule.FuturesSession;
  const ThreadPoolExecutor: typeof futuresModule.ThreadPoolExecutor;
  const ProcessPoolExecutor: typeof futuresModule.ProcessPoolExecutor;
  const as_completed: typeof futuresModule.as_completed;
  const wait: typeof futuresModule.wait;
  function endThread(): never;
}
`;

/** Those of single pages, by the name of the file that the page imports or the listing would stand in. */
const FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'docs/neighbours.md': { 'tasks.mts': 'export {};' },
  'docs/machines.md': {
    'hooks.ts': `import type { Response } from 'requests-futures/requests'; export declare function parse(response: Response): void;`,
  },
};

/** What stands before a listing that is part of a larger program. */
const PREAMBLES: Readonly<Record<string, string>> = {
  'export const restoreMoney': `import { copyreg, importable } from 'requests-futures/concurrent-futures';
class Money { constructor(readonly cents: number) {} }
`,
  'class Backend extends Session': `import { Session, type RequestOptions } from 'requests-futures/requests';\n`,
};

/** Packages that are not installed here. */
const FOREIGN = [
  'msw',
  'msw/node',
  '@opentelemetry/instrumentation',
  '@opentelemetry/instrumentation-http',
  '@opentelemetry/instrumentation-undici',
];

interface Listing {
  readonly page: string;
  readonly language: 'ts' | 'js';
  readonly code: string;
}

// Those of the ports are files, which are checked as such.
const pages = ['README.md', ...handwrittenPages()].filter((page) => page !== 'docs/porting/examples.md');
const listings = pages.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/^( *)```(ts|js)\n(.*?)^ *```$/gms)].map(
    ([, indent = '', language = '', code = '']): Listing => ({
      page,
      language: language as 'ts' | 'js',
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  ),
);

/** Where the listings would be files: inside of the package, so that they import it by its name. */
const FOLDER = path.resolve('test/docs/listings');

/** What the compiler says of some listings, as `page: message`. */
function complaints(checked: readonly Listing[], options: ts.CompilerOptions): string[] {
  const files = new Map<string, string>([
    [path.join(FOLDER, 'around.d.ts'), AROUND],
    [path.join(FOLDER, 'foreign.d.ts'), FOREIGN.map((name) => `declare module '${name}';\n`).join('')],
  ]);
  const pageOf = new Map<string, string>();
  for (const [page, extra] of Object.entries(FILES)) {
    for (const [name, code] of Object.entries(extra)) files.set(path.join(FOLDER, page, name), code);
  }
  for (const [i, { page, code }] of checked.entries()) {
    const name = /^\/\/ ([\w-]+\.ts)\b/.exec(code)?.[1] ?? `listing-${i}.ts`;
    const file = path.join(FOLDER, page, name);
    const start = Object.keys(PREAMBLES).find((beginning) => code.startsWith(beginning)) ?? '';
    // A listing without an import is a module all the same.
    files.set(file, `${PREAMBLES[start] ?? ''}${code}\nexport {};\n`);
    pageOf.set(file, page);
  }
  const config = ts.readConfigFile('tsconfig.json', (name) => ts.sys.readFile(name));
  const parsed = ts.parseJsonConfigFileContent(config.config, ts.sys, process.cwd(), {
    ...options,
    noUnusedLocals: false,
    noUnusedParameters: false,
    exactOptionalPropertyTypes: false,
    isolatedModules: false,
    verbatimModuleSyntax: false,
  });
  const host = ts.createCompilerHost(parsed.options);
  const disk = ts.createCompilerHost(parsed.options);
  host.readFile = (name) => files.get(name) ?? disk.readFile(name);
  host.fileExists = (name) => files.has(name) || disk.fileExists(name);
  host.getSourceFile = (name, target, ...rest) => {
    const text = files.get(name);
    return text === undefined
      ? disk.getSourceFile(name, target, ...rest)
      : ts.createSourceFile(name, text, target);
  };
  host.directoryExists = (name) => name.startsWith(FOLDER) || disk.directoryExists?.(name) === true;
  const program = ts.createProgram([...files.keys()], parsed.options, host);
  return [...files.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    if (source === undefined) return [`${file} is not in the program`];
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText, start = 0 }) => {
        const line = source.text.slice(0, start).split('\n').length;
        const text = source.text.split('\n')[line - 1]?.trim() ?? '';
        return `${pageOf.get(file) ?? file}: ${ts.flattenDiagnosticMessageText(messageText, '\n')} at: ${text}`;
      },
    );
  });
}

test('the pages have listings in both languages', () => {
  expect(readdirSync('docs').length).toBeGreaterThan(5);
  for (const language of ['ts', 'js'] as const) {
    expect(listings.filter((listing) => listing.language === language).length).toBeGreaterThan(10);
  }
});

test('every listing in TypeScript compiles', { timeout: 120_000 }, () => {
  expect(
    complaints(
      listings.filter(({ language }) => language === 'ts'),
      {},
    ),
  ).toEqual([]);
});

test('every listing in JavaScript uses names and options that exist', { timeout: 120_000 }, () => {
  const lenient = {
    strict: false,
    noImplicitAny: false,
    noImplicitOverride: false,
    noImplicitReturns: false,
  };
  const found = complaints(
    listings.filter(({ language }) => language === 'js'),
    lenient,
  );
  // The page of errors shows what a misspelt option comes to.
  expect(found).toEqual([expect.stringMatching(/^docs\/errors\.md: .*'time_out' does not exist/)]);
});

/** What the cells of docs/coming-from.md find around them. */
const CELLS = `
import * as module from 'requests-futures';
import * as requests from 'requests-futures/requests';
import type { HTTPAdapterOptions, RequestOptions, Response } from 'requests-futures/requests';
type Options = RequestOptions & module.FuturesSessionOptions & module.LimitsOptions & HTTPAdapterOptions;
declare const name: keyof Options | keyof module.FuturesSession | keyof module.HTTPAdapter | keyof Response;
const { FuturesSession, HTTPAdapter, Retry, ThreadPoolExecutor, UndiciAdapter } = module;
declare const [url, q, username, password]: string[];
declare const [json, body, headers]: Record<string, string>[];
declare const fn: (...given: any[]) => any;
declare const get: (url: string) => Promise<string>;
declare const [a, b, n, seconds]: [string, string, number, number];
declare const executor: module.ThreadPoolExecutor;
declare const [response, r]: Response[];
declare const error: module.RequestException;
declare const future: module.Future<Response>;
declare const futures: module.Future<Response>[];
`;

/** The code in the right-hand cells of a page's tables, each as a statement. */
function rightHandCells(page: string): string[] {
  const cells = [...readFileSync(page, 'utf8').matchAll(/^\|.*(?<!\\) \| (.*) \|$/gm)].map(
    ([, cell = '']) => cell,
  );
  return cells.flatMap((cell) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => {
      if (/^\w+$/.test(code)) return `name === '${code}';`;
      if (/^\w+ = \d+$/.test(code)) return `session.${code};`;
      if (/^\w+: /.test(code)) return `({ ${code} }) satisfies Options;`;
      if (code.startsWith('{')) return `(${code}) satisfies Options;`;
      return `{ ${code}; }`;
    }),
  );
}

test('what docs/coming-from.md shows for each line of another client compiles', { timeout: 120_000 }, () => {
  const cells = rightHandCells('docs/coming-from.md').filter(
    (code) => !/'(Session|FuturesSession|toArray)'/.test(code),
  );
  expect(cells.length).toBeGreaterThan(70);
  const code = `${CELLS}async () => {\n${cells.join('\n')}\n};`;
  expect(
    complaints([{ page: 'docs/coming-from.md', language: 'ts', code }], { noUncheckedIndexedAccess: false }),
  ).toEqual([]);
});

test('a listing that does not compile is found', { timeout: 120_000 }, () => {
  const code = "import { FuturesSession } from 'requests-futures';\nnew FuturesSession({ max_worker: 1 });\n";
  expect(complaints([{ page: 'a.md', language: 'ts', code }], {})).toEqual([
    expect.stringMatching(/^a\.md: .*'max_worker' does not exist/s),
  ]);
});
