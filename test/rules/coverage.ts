/**
 * What of the specification is to be found in the titles of the tests: the rows of its tables for requests (sections 1.1
 * to 1.21, 2.1, 3.1 to 3.43) and the items for concurrent.futures (1 to 142).
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import ts from 'typescript';

/** The titles of a test and of the groups that it is in, joined. */
export interface Title {
  readonly file: string;
  readonly text: string;
  /** The sections or items that it starts with, or a group of it does. */
  readonly sections: ReadonlySet<string>;
}

const TESTS = import.meta.dirname;

/** `1.12`, `1.4, 1.6`, `101, 137`, `3.3 to 3.7` … at the beginning of a title. */
const NUMBERS = /^\d+(?:\.\d+)?(?:(?:, | to )\d+(?:\.\d+)?)*(?=[:, ])/;

/** Every title of every test. */
export function collectTitles(): Title[] {
  const files = fs.readdirSync(TESTS, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => /\.test(?:-d)?\.ts$/.test(file)).flatMap(titlesOf);
}

function titlesOf(file: string): Title[] {
  const source = ts.createSourceFile(
    file,
    fs.readFileSync(path.join(TESTS, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const titles: Title[] = [];
  const visit = (node: ts.Node, groups: readonly string[]): void => {
    const title = ts.isCallExpression(node) ? titleOf(node) : null;
    const inner = title === null ? groups : [...groups, title];
    if (title !== null)
      titles.push({ file, text: inner.join(' > '), sections: new Set(inner.flatMap(sectionsOf)) });
    ts.forEachChild(node, (child) => {
      visit(child, inner);
    });
  };
  visit(source, []);
  return titles;
}

/** The title when `call` declares a test or a group: `test('…')`, `describe.each(…)('…')`. */
function titleOf(call: ts.CallExpression): string | null {
  let callee: ts.Node = call.expression;
  while (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) callee = callee.expression;
  if (!ts.isIdentifier(callee) || !/^(?:test|it|describe\w*)$/.test(callee.text)) return null;
  const [title] = call.arguments;
  if (title === undefined) return null;
  if (ts.isStringLiteralLike(title)) return title.text;
  return ts.isTemplateExpression(title) ? title.getText().slice(1, -1) : null;
}

function sectionsOf(title: string): string[] {
  const numbers = NUMBERS.exec(title)?.[0];
  if (numbers === undefined) return [];
  return numbers.split(', ').flatMap((one) => {
    const [first = '', last] = one.split(' to ');
    return last === undefined ? [first] : range(first, last);
  });
}

/** `3.3` to `3.7`, `93` to `95`. */
export function range(first: string, last: string): string[] {
  const [, chapter = '', from] = /^(\d+\.)?(\d+)$/.exec(first) ?? [];
  const to = Number(last.slice(last.indexOf('.') + 1));
  return Array.from({ length: to - Number(from) + 1 }, (_, i) => `${chapter}${Number(from) + i}`);
}
