/** docs/porting.md says what every name is; `UPDATE_DOCS=1 npx vitest run test/docs` writes what can be written by itself. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { publicNames } from './public-names.js';

const file = 'docs/porting.md';
let text = readFileSync(file, 'utf8');
const python = JSON.parse(readFileSync('test/docs/python-names.json', 'utf8')) as {
  names: string[];
  members: Record<string, string[]>;
};
const typesMark = 'Types that exist for TypeScript only: ';

/** Every identifier that is set as code outside of the listings, and not in the list of types. */
const prose = text.replaceAll(/^```.*?^```$/gms, '').replace(new RegExp(`^${typesMark}[^]*?\n\n`, 'm'), '\n');
const documented = new Set(
  [...prose.matchAll(/`([^`\n]+)`/g)].flatMap(
    ([, code = '']) => code.match(/[\p{ID_Start}_$][\w$]*/gu) ?? [],
  ),
);

const { values, types } = publicNames();
const listedTypes = [...types].filter((name) => !documented.has(name) && !values.has(name)).sort();
const typesLine = `${typesMark}${listedTypes.map((name) => `\`${name}\``).join(', ')}.`;

const ports = readdirSync('examples/ports')
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.replace('.ts', ''));

function listing(name: string): string {
  const source = (extension: string): string =>
    readFileSync(`examples/ports/${name}.${extension}`, 'utf8').trimEnd();
  return `<!-- ${name} -->\n\n\`\`\`python\n${source('py')}\n\`\`\`\n\n\`\`\`ts\n${source('ts')}\n\`\`\`\n`;
}

if (process.env['UPDATE_DOCS'] !== undefined) {
  text = text.replace(new RegExp(`^${typesMark}[^]*?\n\n`, 'm'), () => `${typesLine}\n\n`);
  for (const name of ports) {
    const old = new RegExp(`^<!-- ${name} -->\n[^]*?(?=^#|$(?![^]))`, 'm');
    const isLast = old.exec(text)?.[0].length === text.length - text.search(old);
    text = text.replace(old, () => `${listing(name)}${isLast ? '' : '\n'}`);
  }
  writeFileSync(file, text);
}

test('every public name of this package is in the guide', () => {
  const missing = [...values].filter((name) => !documented.has(name));
  expect(missing, 'add a row to docs/porting.md for each').toEqual([]);
});

test('the guide lists the types that Python does not have', () => {
  expect(text, 'UPDATE_DOCS=1 npx vitest run test/docs writes the list').toContain(`${typesLine}\n`);
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
  expect(text, 'UPDATE_DOCS=1 npx vitest run test/docs writes the listings').toContain(listing(name));
});

test('every port has a test', () => {
  const tests = readFileSync('test/examples/ports.test.ts', 'utf8');
  expect(ports.filter((name) => !tests.includes(`examples/ports/${name}.js`))).toEqual([]);
});
