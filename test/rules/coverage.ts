/** Which rules of docs/rules.md have a test that passed. A test names its rules where its title, or a group's, begins. */
import * as fs from 'node:fs';
import { FACTS } from './facts.js';

/** A row of docs/rules.md. */
export interface Rule {
  /** `1.4`, `3.18`, `75`. */
  readonly number: string;
  /** What of a section the row is about; null where the row is the whole rule. */
  readonly about: string | null;
  /** Whether it holds here: some of Python's rules have no counterpart. */
  readonly applies: boolean;
}

/** The titles of a test's groups, outermost first, and its own. */
export type TitlePath = readonly string[];

const PAGE = new URL('../../docs/rules.md', import.meta.url);

/** The rules, in the order of the page. */
export function readRules(page: string = fs.readFileSync(PAGE, 'utf8')): Rule[] {
  const rules: Rule[] = [];
  let section: string | null = null;
  for (const line of page.split('\n')) {
    if (line.startsWith('#')) section = /^### (\d+\.\d+) /.exec(line)?.[1] ?? null;
    const [first = '', , differs = ''] = line.startsWith('| ') ? line.slice(2, -2).split(' | ') : [];
    if (first === '' || first === 'rule' || first === 'about') continue;
    rules.push({
      number: section ?? first,
      about: section === null ? null : first,
      applies: !differs.trim().startsWith('Not here'),
    });
  }
  return rules;
}

/** The rules that none of the tests with these titles is about, in words. */
export function untested(rules: readonly Rule[], passed: readonly TitlePath[]): string[] {
  const titles = new Map<string, string[]>();
  for (const path of passed) {
    for (const number of new Set(path.flatMap(numbersOf))) {
      const carrying = titles.get(number);
      if (carrying === undefined) titles.set(number, [path.join(' > ')]);
      else carrying.push(path.join(' > '));
    }
  }
  return rules
    .filter(({ applies }) => applies)
    .filter(({ number, about }) => {
      const fact = about === null ? /^/ : FACTS[number]?.[about];
      return fact === undefined || !titles.get(number)?.some((title) => fact.test(title));
    })
    .map(({ number, about }) => (about === null ? number : `${number} ${about}`));
}

/** `1.12`, `1.4, 1.6`, `101, 137`, `3.3 to 3.7` … at the beginning of a title. */
const NUMBERS = /^\d+(?:\.\d+)?(?:(?:, | to )\d+(?:\.\d+)?)*(?=[:, ])/;

/** The numbers that a title begins with. */
export function numbersOf(title: string): string[] {
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
