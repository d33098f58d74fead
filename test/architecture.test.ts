import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import {
  circles,
  drawing,
  forbiddenLayers,
  layers,
  pairs,
  parse,
  pastDoors,
  readTree,
  rooms,
  roomOf,
  type SourceFile,
  upwards,
} from './architecture.js';

const root = fileURLToPath(new URL('..', import.meta.url));

const longestFile = 350;

/** Files that may be longer, each with its reason. */
const longer: Readonly<Record<string, string>> = {
  'src/requests/urllib3/response.ts':
    "one class with the members of urllib3's HTTPResponse, each a line or two",
};

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

/** Circles of files that import types of each other: the files that one may go through, and the reason. At most two. */
const circlesByType: readonly { readonly among: readonly string[]; readonly reason: string }[] = [
  {
    reason:
      'PreparedRequest, Response, the adapter, the auth and the hooks name each other in their public types, and every ' +
      'error carries its request and response: so what raises an error and what these are made of is among them.',
    among: [
      'adapters/base-adapter.ts',
      'auth/apply-auth.ts',
      'auth/auth-base.ts',
      'auth/basic.ts',
      'bodies/incoming/body-decoder.ts',
      'bodies/incoming/body-reader.ts',
      'bodies/incoming/remaining-body.ts',
      'bodies/outgoing/body.ts',
      'bodies/outgoing/json-body.ts',
      'bodies/outgoing/multipart-body.ts',
      'bodies/outgoing/multipart.ts',
      'bodies/outgoing/rewind-body.ts',
      'bodies/outgoing/super-len.ts',
      'bodies/text/response-json.ts',
      'diagnostics/trace.ts',
      'exceptions/requests.ts',
      'exceptions/urllib3-cause.ts',
      'headers/header-validity.ts',
      'hooks.ts',
      'models/prepared-request.ts',
      'models/response-body.ts',
      'models/response.ts',
      'types.ts',
      'urllib3/response.ts',
      'urls/params.ts',
      'urls/parse-url.ts',
      'urls/prepare-url.ts',
      'urls/quote.ts',
      'urls/url-tools.ts',
    ].map((name) => `src/requests/${name}`),
  },
];

/** What an index file holds besides `export … from` and `import …` for its effect, and each `export *` without a name. */
function notReExports({ name, syntax }: SourceFile): string[] {
  return syntax.statements
    .filter((s) => !(ts.isExportDeclaration(s) && s.moduleSpecifier && s.exportClause))
    .filter((s) => !(ts.isImportDeclaration(s) && s.importClause === undefined))
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
    expect(forbiddenLayers(source)).toEqual([]);
  });

  test('every folder of src belongs to a layer, and every part of src/requests to a room', () => {
    const folders = readdirSync(path.join(root, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(folders.map(({ name }) => `src/${name}`).filter((name) => layers[name] === undefined)).toEqual([]);
    const known = rooms.flatMap(([names]) => names);
    const found = new Set(source.flatMap(({ name }) => roomOf(name) ?? []));
    expect([...found].filter((room) => !known.includes(room))).toEqual([]);
  });

  test('a layer is entered by its doors', () => {
    expect(pastDoors(source)).toEqual([]);
  });

  test('a room of src/requests imports values from the rooms below it only, and never what is for users', () => {
    expect(upwards(source)).toEqual([]);
  });

  test('no two rooms of src/requests import values from each other', () => {
    expect(pairs(source)).toEqual([]);
  });

  test('only the doors import src/requests/crossing', () => {
    const outside = source.filter(
      ({ name, imports }) =>
        name.startsWith('src/requests/') &&
        !/^src\/requests\/(crossing\/|index\.ts|internal\.ts)/.test(name) &&
        imports.some(({ specifier }) => specifier.includes('/crossing/')),
    );
    expect(outside.map(({ name }) => name)).toEqual([]);
  });

  test('what lets a class of src/requests cross is registered in src/requests/crossing', () => {
    const elsewhere = source.filter(
      ({ name, syntax }) =>
        name.startsWith('src/requests/') &&
        !name.startsWith('src/requests/crossing/') &&
        /\bset(Reducers?|References?|ShortForm)\b/.test(syntax.text),
    );
    expect(elsewhere.map(({ name }) => name)).toEqual([]);
  });

  test('no files import each other in a circle, neither at the start nor later', () => {
    expect(circles(source, ['static', 'dynamic']).map((group) => group.join(' '))).toEqual([]);
  });

  test('types go in circles only where there is a reason', () => {
    expect(circlesByType.length).toBeLessThan(3);
    const isAllowed = (group: readonly string[]): boolean =>
      circlesByType.some(({ among }) => group.every((name) => among.includes(name)));
    expect(circles(source, ['static', 'dynamic', 'type']).filter((group) => !isAllowed(group))).toEqual([]);
  });

  test('CONTRIBUTING.md draws what is held here', () => {
    const file = path.join(root, 'CONTRIBUTING.md');
    const text = readFileSync(file, 'utf8');
    const block = /(?<=\n## The layers\n.*?\n```\n).*?(?=\n```\n)/s;
    if (process.env['UPDATE_DOCS'] === '1')
      writeFileSync(
        file,
        text.replace(block, () => drawing()),
      );
    expect(block.exec(readFileSync(file, 'utf8'))?.[0]).toBe(drawing());
  });

  test('index files only re-export, by name', () => {
    const indexes = source.filter(({ name }) => path.basename(name) === 'index.ts');
    expect(indexes.flatMap(notReExports)).toEqual([]);
  });

  test(`no file is longer than ${longestFile} lines without a reason`, () => {
    const long = source.filter(({ lines }) => lines > longestFile).map(({ name }) => name);
    expect(long.filter((name) => longer[name] === undefined)).toEqual([]);
    expect(Object.keys(longer).filter((name) => !long.includes(name))).toEqual([]);
  });

  test('heavy and optional packages are loaded at first use only', () => {
    // Of `packages`, `bundled.ts` is for bundlers alone.
    const own = source.filter(({ name }) => !/\/packages\/(?:bundled|untyped\.d)\.ts$/.test(name));
    const early = own.flatMap(({ name, imports }) =>
      imports
        .filter(({ kind, specifier }) => kind === 'static' && loadedAtFirstUse.includes(specifier))
        .map(({ specifier }) => `${name} imports ${specifier}`),
    );
    expect(early).toEqual([]);
  });

  test('patterns with Unicode properties are made at first use only', () => {
    expect(source.flatMap(unicodeProperties)).toEqual([]);
  });

  test('a lint rule is switched off with a reason only', () => {
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
  test('see a circle through files, by the kinds of import that are asked for', () => {
    const a = parse('src/requests/a.ts', "import { b } from './b.js';");
    const back = (statement: string): SourceFile => parse('src/requests/b.ts', statement);
    const found = [['src/requests/a.ts', 'src/requests/b.ts']];
    expect(circles([a, back("export { a } from './a.js';")], ['static'])).toEqual(found);
    expect(circles([a, back("import { type A } from './a.js';")], ['static'])).toEqual(found);
    const byType = [a, back("import type { A } from './a.js';")];
    expect(circles(byType, ['static', 'dynamic'])).toEqual([]);
    expect(circles(byType, ['static', 'type'])).toEqual(found);
    const later = [a, back("export const later = () => import('./a.js');")];
    expect(circles(later, ['static'])).toEqual([]);
    expect(circles(later, ['static', 'dynamic'])).toEqual(found);
  });

  test('see a room that imports values from above, from beside, or from what is for users', () => {
    const imports = (name: string, target: string): SourceFile =>
      parse(`src/requests/${name}`, `import { x } from '../${target}';`);
    expect(upwards([imports('models/a.ts', 'sessions/b.js')])).toHaveLength(1);
    expect(upwards([imports('headers/a.ts', 'environment/b.js')])).toHaveLength(1);
    expect(upwards([imports('models/a.ts', 'utils/index.js')])).toHaveLength(1);
    expect(upwards([imports('models/a.ts', 'index.js')])).toHaveLength(1);
    expect(upwards([imports('sessions/a.ts', 'models/b.js')])).toEqual([]);
    expect(
      upwards([parse('src/requests/models/a.ts', "import type { X } from '../sessions/b.js';")]),
    ).toEqual([]);
    expect(pairs([imports('urls/a.ts', 'bodies/b.js'), imports('bodies/b.ts', 'urls/a.js')])).toEqual([
      'bodies urls',
    ]);
  });

  test('see an import past a door', () => {
    const inside = parse(
      'src/futures-session/a.ts',
      "import type { X } from '../requests/sessions/session.js';",
    );
    expect(pastDoors([inside])).toHaveLength(1);
    const door = parse('src/futures-session/a.ts', "import { X } from '../requests/crossing/index.js';");
    expect(pastDoors([door])).toEqual([]);
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
      expect(forbiddenLayers([parse('src/requests/a.ts', statement)]), statement).toHaveLength(1);
    }
    const upwards = parse('src/futures-session/a.ts', "import { Session } from '../requests/index.js';");
    expect(forbiddenLayers([upwards])).toEqual([]);
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
