/** The picture of the source that architecture.test.ts holds it to, and the reading of the files. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The parts of the package from the top, and the parts that each may import. */
export const layers: Readonly<Record<string, readonly string[]>> = {
  'src/blocking': [
    'src/futures-session',
    'src/concurrent-futures',
    'src/requests',
    'src/limits',
    'src/pickle',
    'src/builtins',
  ],
  'src/bullmq': [
    'src/futures-session',
    'src/concurrent-futures',
    'src/requests',
    'src/limits',
    'src/pickle',
    'src/builtins',
  ],
  'src/futures-session': [
    'src/concurrent-futures',
    'src/requests',
    'src/limits',
    'src/pickle',
    'src/builtins',
  ],
  'src/concurrent-futures': ['src/pickle', 'src/builtins'],
  'src/requests': ['src/limits', 'src/pickle', 'src/builtins'],
  // The thread's half of concurrent-futures/worker-pool. A reference leads it to the layers above `pickle`.
  workers: [
    'src/blocking',
    'src/futures-session',
    'src/requests',
    'src/concurrent-futures',
    'src/pickle',
    'src/builtins',
  ],
  'src/limits': ['src/builtins'],
  'src/pickle': ['src/builtins'],
  'src/builtins': [],
};

/**
 * The rooms of src/requests from the top: a room imports values from the rows below its own only, types from anywhere. What the
 * first row has is for users: nothing inside imports it.
 */
export const rooms: readonly (readonly [names: readonly string[], about: string])[] = [
  [
    ['index.ts', 'internal.ts', 'utils', 'packages'],
    "the doors, and the faces of Python's `requests.utils` and `urllib3`",
  ],
  [['crossing'], 'what lets the classes and functions below cross a thread'],
  [['api.ts'], '`requests.get` and its like'],
  [['limiter'], 'LimiterAdapter, LimiterSession, LimiterMixin'],
  [['sessions'], 'from a call to prepared requests, redirects'],
  [['adapters'], 'HTTPAdapter, UndiciAdapter: options and retries'],
  [['transports'], 'one request on the wire'],
  [['diagnostics'], 'events, HAR'],
  [['models'], 'Request, PreparedRequest, Response'],
  [['auth', 'hooks.ts'], 'what a prepared request calls'],
  [['urllib3'], 'Retry, Timeout, HTTPResponse, HTTPHeaderDict'],
  [['bodies'], 'outgoing, incoming, text'],
  [['headers', 'environment', 'cookies'], 'checked headers; proxies, netrc; the jar'],
  [['urls'], ''],
  [['exceptions', 'status-codes.ts'], ''],
  [['structures', 'types.ts', 'inputs.ts', 'version.ts', 'packages'], ''],
];

/** The drawing of both for CONTRIBUTING.md. */
export function drawing(): string {
  const rows = rooms.map(([names, about]) =>
    `                          ${names.join(', ').padEnd(32)}  ${about}`.trimEnd(),
  );
  return [
    'examples/                 walkthroughs; import the package by its name only',
    '   │',
    'src/blocking              the same names without await: a caller that waits, and the gateway thread',
    '   │',
    'src/bullmq                an Executor whose workers are other processes and machines',
    '   │',
    'src/futures-session       a Session whose requests are submitted to an Executor',
    '   ├── src/concurrent-futures   Future, Executor, pools, as_completed, wait     knows nothing of HTTP',
    '   │      └── workers           the half of its worker pool that runs in a thread',
    '   └── src/requests             Session, Request, Response, adapters, auth      knows nothing of executors',
    ...rows,
    'src/limits                lets things start as fast as allowed, and never faster; it knows nothing of HTTP',
    'src/pickle                what lets functions and objects cross a thread; it knows no class by name',
    "src/builtins              Python's built-in exceptions, timedelta, the clock, queues",
  ].join('\n');
}

export type Kind = 'static' | 'type' | 'dynamic';
export interface Import {
  readonly specifier: string;
  readonly kind: Kind;
}
export interface SourceFile {
  /** Relative to the repository, with slashes. */
  readonly name: string;
  readonly lines: number;
  readonly syntax: ts.SourceFile;
  readonly imports: readonly Import[];
}

/** Under verbatimModuleSyntax `import { type A } from 'x'` still loads x: only `import type` and `export type` do not. */
function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

function importsOf(file: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      const { text } = node.moduleSpecifier as ts.StringLiteral;
      found.push({ specifier: text, kind: isTypeOnly(node) ? 'type' : 'static' });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const { literal } = node.argument;
      if (ts.isStringLiteral(literal)) found.push({ specifier: literal.text, kind: 'type' });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument)) found.push({ specifier: argument.text, kind: 'dynamic' });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

export function parse(name: string, text: string): SourceFile {
  const syntax = ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true);
  return { name, lines: text.split('\n').length - 1, syntax, imports: importsOf(syntax) };
}

export function readTree(directory: string): SourceFile[] {
  return readdirSync(path.join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.posix.join(directory, name.replaceAll(path.sep, '/')))
    .sort()
    .map((name) => parse(name, readFileSync(path.join(root, name), 'utf8')));
}

/** The file that a relative specifier means, or null for a package. */
function resolve(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  return path.posix.join(path.posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

export function layerOf(name: string): string | undefined {
  return Object.keys(layers).find((layer) => name.startsWith(`${layer}/`));
}

const requests = 'src/requests/';

/** The room of a file of src/requests, as in {@link rooms}. */
export function roomOf(name: string): string | undefined {
  return name.startsWith(requests) ? name.slice(requests.length).split('/')[0] : undefined;
}

function rowOf(room: string): number {
  return rooms.findIndex(([names]) => names.includes(room));
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: Kind;
}

export function edgesOf(files: readonly SourceFile[]): Edge[] {
  return files.flatMap(({ name, imports }) =>
    imports.flatMap(({ specifier, kind }) => {
      const to = resolve(name, specifier);
      return to === null ? [] : [{ from: name, to, kind }];
    }),
  );
}

function described(edges: readonly Edge[]): string[] {
  return [...new Set(edges.map(({ from, to }) => `${from} imports ${to}`))];
}

/** Imports of a layer that is not below. */
export function forbiddenLayers(files: readonly SourceFile[]): string[] {
  return described(
    edgesOf(files).filter(({ from, to }) => {
      const layer = layerOf(from);
      if (layer === undefined) return false;
      const target = layerOf(to) ?? to;
      return target !== layer && layers[layer]?.includes(target) !== true;
    }),
  );
}

/** Imports of another layer past its doors, which are the index files of its folders. */
export function pastDoors(files: readonly SourceFile[]): string[] {
  return described(
    edgesOf(files).filter(
      ({ from, to }) =>
        layerOf(from) !== layerOf(to) &&
        !/^(?:index|internal)\.ts$/.test(path.posix.basename(to)) &&
        // The namespaces of packages below requests are doors of their own.
        !to.startsWith('src/requests/packages/') &&
        // Two halves of one thing.
        !(from.startsWith('workers/') && to.startsWith('src/concurrent-futures/')),
    ),
  );
}

/** Values that a room of src/requests imports from its own row or one above. */
export function upwards(files: readonly SourceFile[]): string[] {
  return described(
    edgesOf(files).filter(({ from, to, kind }) => {
      const [room, target] = [roomOf(from), roomOf(to)];
      if (room === undefined || target === undefined || room === target || kind === 'type') return false;
      // The doors are one row, and open into each other.
      return rowOf(target) <= rowOf(room) && rowOf(room) !== 0;
    }),
  );
}

/** Pairs of rooms that import values from each other. */
export function pairs(files: readonly SourceFile[]): string[] {
  const found = new Set(
    edgesOf(files)
      .filter(({ kind }) => kind !== 'type')
      .map(({ from, to }) => `${String(roomOf(from))} ${String(roomOf(to))}`),
  );
  return [...found].filter((pair) => {
    const [a = '', b = ''] = pair.split(' ');
    return a < b && a !== 'undefined' && b !== 'undefined' && found.has(`${b} ${a}`);
  });
}

/** Groups of files that import each other in circles by the given kinds of import, each group sorted. */
export function circles(files: readonly SourceFile[], kinds: readonly Kind[]): string[][] {
  const targets = new Map<string, string[]>(files.map(({ name }) => [name, []]));
  for (const { from, to, kind } of edgesOf(files)) {
    if (kinds.includes(kind) && targets.has(to)) targets.get(from)?.push(to);
  }
  // Tarjan's strongly connected components.
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const groups: string[][] = [];
  const visit = (name: string): void => {
    index.set(name, index.size);
    low.set(name, index.size - 1);
    stack.push(name);
    for (const target of targets.get(name) ?? []) {
      if (!index.has(target)) visit(target);
      if (stack.includes(target)) low.set(name, Math.min(low.get(name) ?? 0, low.get(target) ?? 0));
    }
    if (low.get(name) !== index.get(name)) return;
    const group = stack.splice(stack.indexOf(name));
    if (group.length > 1 || targets.get(name)?.includes(name) === true) groups.push(group.sort());
  };
  for (const name of targets.keys()) if (!index.has(name)) visit(name);
  return groups;
}
