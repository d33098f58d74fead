/** docs/porting says what every name is; `UPDATE_DOCS=1 npx vitest run test/docs` writes what can be written by itself. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DOORS, publicNames } from './public-names.js';

const TYPES = 'docs/porting/types.md';
const PORTS = 'docs/porting/examples.md';
const tables = readdirSync('docs/porting')
  .map((name) => `docs/porting/${name}`)
  .filter((name) => name !== TYPES);
const python = JSON.parse(readFileSync('test/docs/python-names.json', 'utf8')) as {
  names: string[];
  members: Record<string, string[]>;
};

/** Every identifier that is set as code outside of the listings. */
const prose = ['docs/porting.md', ...tables]
  .map((name) => readFileSync(name, 'utf8').replaceAll(/^```.*?^```$/gms, ''))
  .join('\n');
const documented = new Set(
  [...prose.matchAll(/`([^`\n]+)`/g)].flatMap(
    ([, code = '']) => code.match(/[\p{ID_Start}_$][\w$]*/gu) ?? [],
  ),
);

const { values, types } = publicNames();

/** The types that stand in none of the tables, one row each. */
function typeRows(): string {
  return [...types]
    .filter(([name]) => !documented.has(name) && !values.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { from, namespace, summary }]) => {
      const place = `\`${from}\`${namespace === '' ? '' : `, in \`${namespace}\``}`;
      return `| \`${name}\` | ${place} | ${summary.replaceAll('|', '\\|')} |\n`;
    })
    .join('');
}

const ports = readdirSync('examples/ports')
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.replace('.ts', ''));

function listing(name: string): string {
  const source = (extension: string): string =>
    readFileSync(`examples/ports/${name}.${extension}`, 'utf8').trimEnd();
  return `<!-- ${name} -->\n\n\`\`\`python\n${source('py')}\n\`\`\`\n\n\`\`\`ts\n${source('ts')}\n\`\`\`\n`;
}

if (process.env['UPDATE_DOCS'] !== undefined) {
  const head = readFileSync(TYPES, 'utf8').replace(/(?:^\| `.*\n)+/m, '');
  writeFileSync(TYPES, `${head.trimEnd()}\n${typeRows()}`);
  let text = readFileSync(PORTS, 'utf8');
  for (const name of ports) {
    const old = new RegExp(`^<!-- ${name} -->\n[^]*?(?=^#|$(?![^]))`, 'm');
    const isLast = old.exec(text)?.[0].length === text.length - text.search(old);
    text = text.replace(old, () => `${listing(name)}${isLast ? '' : '\n'}`);
  }
  writeFileSync(PORTS, text);
}

test('every public name of this package is in the guide', () => {
  const missing = [...values].filter((name) => !documented.has(name));
  expect(missing, 'add a row to a page of docs/porting for each').toEqual([]);
});

test('there are no other names at run time', () => {
  // In a process of its own, as it loads everything. A bundle's namespaces are objects of this tag.
  const script = `
    const names = [];
    const visit = (module, place) => {
      for (const [name, value] of Object.entries(module)) {
        names.push([name, place]);
        if (value?.[Symbol.toStringTag] === 'Module') visit(value, place + '.' + name);
      }
    };
    for (const door of ${JSON.stringify(Object.keys(DOORS))}) visit(await import(door), door);
    console.log(JSON.stringify(names));`;
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  const names = JSON.parse(out) as [name: string, place: string][];
  expect(names.length).toBeGreaterThan(500);
  expect(names.filter(([name]) => !values.has(name))).toEqual([]);
});

test('the guide has a row for each type that Python does not have', () => {
  expect(types.size).toBeGreaterThan(100);
  const [, rows = ''] = readFileSync(TYPES, 'utf8').split('|---|---|---|\n');
  expect(rows, 'UPDATE_DOCS=1 npx vitest run test/docs writes the rows').toBe(typeRows());
});

test('every public name of the Python packages is in the guide', () => {
  expect(python.names.length).toBeGreaterThan(150);
  expect(python.names.filter((name) => !documented.has(name))).toEqual([]);
});

test.each(Object.entries(python.members))(
  "every member of Python's %s is in the guide",
  (_class, members) => {
    expect(members.filter((name) => !documented.has(name))).toEqual([]);
  },
);

test('there are a dozen ports, each in both languages', () => {
  expect(ports.length).toBeGreaterThanOrEqual(12);
  for (const name of ports) expect(existsSync(`examples/ports/${name}.py`), name).toBe(true);
});

test.each(ports)('the guide shows %s as it is in its files', (name) => {
  const text = readFileSync(PORTS, 'utf8');
  expect(text, 'UPDATE_DOCS=1 npx vitest run test/docs writes the listings').toContain(listing(name));
});

test('every port has a test', () => {
  const tests = readFileSync('test/examples/ports.test.ts', 'utf8');
  expect(ports.filter((name) => !tests.includes(`examples/ports/${name}.js`))).toEqual([]);
});
