import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

const longestFile = 400;

/** Loading these costs more than the rest of the package together, or they are optional: they are loaded at first use. */
const loadedAtFirstUse = [
  'bullmq',
  'https-proxy-agent',
  'iconv-lite',
  'piscina',
  'socks-proxy-agent',
  'tough-cookie',
  'tr46',
  'undici',
];

/** The parts of the package, and the parts that each may import. */
const layers: Readonly<Record<string, readonly string[]>> = {
  'src/builtins': [],
  'src/pickle': ['src/builtins'],
  'src/concurrent-futures': ['src/builtins', 'src/pickle'],
  'src/requests': ['src/builtins', 'src/pickle'],
  'src/futures-session': ['src/builtins', 'src/pickle', 'src/concurrent-futures', 'src/requests'],
  // A worker thread runs whatever was named to it, so that it finds its own way to the layers above `pickle`.
  workers: ['src/builtins', 'src/pickle', 'src/concurrent-futures', 'src/requests'],
};

type Kind = 'static' | 'type' | 'dynamic';
interface Import {
  readonly specifier: string;
  readonly kind: Kind;
}
interface SourceFile {
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

function parse(name: string, text: string): SourceFile {
  const syntax = ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true);
  return { name, lines: text.split('\n').length - 1, syntax, imports: importsOf(syntax) };
}

function readTree(directory: string): SourceFile[] {
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

function layerOf(name: string): string | undefined {
  return Object.keys(layers).find((layer) => name.startsWith(`${layer}/`));
}

function forbiddenImports(files: readonly SourceFile[]): string[] {
  const found: string[] = [];
  for (const { name, imports } of files) {
    const layer = layerOf(name);
    if (layer === undefined) continue;
    for (const { specifier } of imports) {
      const target = resolve(name, specifier);
      if (target === null) continue;
      const targetLayer = layerOf(target) ?? target;
      if (targetLayer !== layer && !layers[layer]?.includes(targetLayer)) {
        found.push(`${name} imports ${target}`);
      }
    }
  }
  return found;
}

/** The first circle of each strongly connected group of files, as `a -> b -> a`. */
function circles(files: readonly SourceFile[]): string[] {
  const edges = new Map(
    files.map(({ name, imports }) => [
      name,
      imports.filter(({ kind }) => kind === 'static').map(({ specifier }) => resolve(name, specifier)),
    ]),
  );
  const found: string[] = [];
  const finished = new Set<string>();
  const trail: string[] = [];
  const visit = (name: string): void => {
    const start = trail.indexOf(name);
    if (start >= 0) found.push([...trail.slice(start), name].join(' -> '));
    if (start >= 0 || finished.has(name)) return;
    trail.push(name);
    for (const target of edges.get(name) ?? []) if (target !== null) visit(target);
    trail.pop();
    finished.add(name);
  };
  for (const { name } of files) visit(name);
  return found;
}

/** What an index file holds besides `export … from`, and each `export *` without a name. */
function notReExports({ name, syntax }: SourceFile): string[] {
  return syntax.statements
    .filter((s) => !(ts.isExportDeclaration(s) && s.moduleSpecifier && s.exportClause))
    .map((s) => `${name}: ${s.getText(syntax).slice(0, 60)}`);
}

/** The regular expression literals that V8 looks up the characters of as it reads the file. */
function unicodeProperties({ name, syntax }: SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node) && /\\p\{/i.test(node.text)) found.push(`${name}: ${node.text}`);
    ts.forEachChild(node, visit);
  };
  visit(syntax);
  return found;
}

const source = [...readTree('src'), ...readTree('workers')];

describe('the source', () => {
  test('is found', () => {
    expect(source.map(({ name }) => name)).toContain('src/builtins/index.ts');
  });

  test('a lower layer never imports an upper one, and the two columns never each other', () => {
    expect(forbiddenImports(source)).toEqual([]);
  });

  test('every folder of src belongs to a layer', () => {
    const folders = readdirSync(path.join(root, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(folders.map(({ name }) => `src/${name}`).filter((name) => layers[name] === undefined)).toEqual([]);
  });

  test('no modules import each other in a circle when they are loaded', () => {
    expect(circles(source)).toEqual([]);
  });

  test('index files only re-export, by name', () => {
    const indexes = source.filter(({ name }) => path.basename(name) === 'index.ts');
    expect(indexes.flatMap(notReExports)).toEqual([]);
  });

  test(`no file is longer than ${longestFile} lines`, () => {
    const long = source.filter(({ lines }) => lines > longestFile).map(({ name }) => name);
    expect(long).toEqual([]);
  });

  test('heavy and optional packages are loaded at first use only', () => {
    const early = source.flatMap(({ name, imports }) =>
      imports
        .filter(({ kind, specifier }) => kind === 'static' && loadedAtFirstUse.includes(specifier))
        .map(({ specifier }) => `${name} imports ${specifier}`),
    );
    expect(early).toEqual([]);
  });

  test('patterns with Unicode properties are made at first use only', () => {
    expect(source.flatMap(unicodeProperties)).toEqual([]);
  });

  test('whoever switches a lint rule off says why', () => {
    const silent = source.flatMap(({ name, syntax }) =>
      syntax.text
        .split('\n')
        .filter((line) => line.includes('eslint-disable') && !/eslint-disable\S* .+ -- \S/.test(line))
        .map((line) => `${name}: ${line.trim()}`),
    );
    expect(silent).toEqual([]);
  });
});

describe('the checks themselves', () => {
  test('see a circle through files, and none where one edge is a type or comes later', () => {
    const a = parse('src/requests/a.ts', "import { b } from './b.js';");
    const back = (statement: string): SourceFile => parse('src/requests/b.ts', statement);
    expect(circles([a, back("export { a } from './a.js';")])).toEqual([
      'src/requests/a.ts -> src/requests/b.ts -> src/requests/a.ts',
    ]);
    expect(circles([a, back("import { type A } from './a.js';")])).toHaveLength(1);
    expect(circles([a, back("import type { A } from './a.js';")])).toEqual([]);
    expect(circles([a, back("export const later = () => import('./a.js');")])).toEqual([]);
  });

  test('see a forbidden layer in every kind of import', () => {
    for (const statement of [
      "import { Future } from '../concurrent-futures/index.js';",
      "import type { Future } from '../concurrent-futures/index.js';",
      "export { Future } from '../concurrent-futures/index.js';",
      "type F = import('../concurrent-futures/index.js').Future<number>;",
      "const f = () => import('../concurrent-futures/index.js');",
      "import { version } from '../index.js';",
    ]) {
      expect(forbiddenImports([parse('src/requests/a.ts', statement)]), statement).toHaveLength(1);
    }
    const upwards = parse('src/futures-session/a.ts', "import { Session } from '../requests/index.js';");
    expect(forbiddenImports([upwards])).toEqual([]);
  });

  test('see a Unicode property in a function', () => {
    const file = parse('src/a.ts', 'export const f = (x) => /^\\P{L}/u.test(x) && /p{2}/.test(x);');
    expect(unicodeProperties(file)).toEqual(['src/a.ts: /^\\P{L}/u']);
  });

  test('see code and nameless re-exports in an index file', () => {
    expect(notReExports(parse('src/x/index.ts', "export * from './a.js';\nconst x = 1;"))).toHaveLength(2);
    const fine =
      "export { a } from './a.js';\nexport * as b from './b.js';\nexport type { C } from './c.js';";
    expect(notReExports(parse('src/x/index.ts', fine))).toEqual([]);
  });
});
