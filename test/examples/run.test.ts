import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

const names = readdirSync('examples')
  .filter((file) => /^\d\d-.*\.ts$/.test(file))
  .map((file) => file.replace('.ts', ''));

test('without a name every walkthrough is listed with what it shows', async () => {
  const { code, lines } = await runExample([]);
  expect(code).toBe(0);
  for (const name of names) {
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^ +${name} +[A-Z].+\\.$`)));
  }
});

test('the number of a walkthrough is enough', async () => {
  const { code, lines } = await runExample(['4']);
  expect(code).toBe(0);
  expect(lines[0]).toMatch(/^at the start/);
});

test('a name that does not exist gives the list on stderr and exit code 2', async () => {
  const { code, stdout, stderr } = await runExample(['no-such-walkthrough']);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain("'no-such-walkthrough'");
  for (const name of names) expect(stderr).toContain(name);
});

test('every walkthrough is a page or two: 30 to 120 lines', () => {
  const lengths = names.map((name) => readFileSync(`examples/${name}.ts`, 'utf8').split('\n').length - 1);
  expect(names.filter((_, i) => Number(lengths[i]) < 30 || Number(lengths[i]) > 120)).toEqual([]);
});

test('every walkthrough has a test of its own', () => {
  const tests = readdirSync('test/examples');
  expect(names.filter((name) => !tests.includes(`${name}.test.ts`))).toEqual([]);
});
