import { describe, expect, test } from 'vitest';
import { numbersOf, range, readRules, untested } from './coverage.js';
import { FACTS } from './facts.js';

const RULES = readRules();

describe('docs/rules.md', () => {
  test('has the sections of requests, each fact once, as the patterns for titles have them', () => {
    const sections = new Map<string, (string | null)[]>();
    for (const { number, about } of RULES) {
      if (about !== null) sections.set(number, [...(sections.get(number) ?? []), about]);
    }
    expect([...sections.keys()]).toEqual([...range('1.1', '1.21'), '2.1']);
    for (const [number, about] of sections) expect(about).toEqual(Object.keys(FACTS[number] ?? {}));
  });

  test('has every rule of the other parts once, in order', () => {
    const numbers = RULES.filter(({ about }) => about === null).map(({ number }) => number);
    expect(numbers).toEqual([...range('3.1', '3.43'), ...range('1', '142')]);
  });
});

describe('the rules that a run has left untested', () => {
  const rules = readRules(
    [
      '### 1.4 Merging',
      '| about | rule | differs |',
      '|---|---|---|',
      '| headers | … | |',
      '| auth | … | |',
      '## Futures',
      '| rule | what it says | differs |',
      '|---|---|---|',
      '| 7 | … | |',
      '| 8 | … | Not here: it cannot happen. |',
    ].join('\n'),
  );

  test('are those that no passed test names', () => {
    expect(untested(rules, [])).toEqual(['1.4 headers', '1.4 auth', '7']);
    expect(untested(rules, [['7: an outcome can be set']])).toEqual(['1.4 headers', '1.4 auth']);
    expect(untested(rules, [['groups', '7: an outcome', 'can be set']])).toEqual(['1.4 headers', '1.4 auth']);
  });

  test('a fact of a section needs a title about it', () => {
    expect(untested(rules, [['1.4: keeps the place']])).toEqual(['1.4 auth', '7']);
    expect(untested(rules, [['1.5: keeps the place'], ['7: …']])).toEqual(['1.4 headers', '1.4 auth']);
  });
});

test.each([
  ['1.12: is decoded', ['1.12']],
  ['1.4, auth: the request first', ['1.4']],
  ['1.4, 1.6: both', ['1.4', '1.6']],
  ['3.3 to 3.5: all', ['3.3', '3.4', '3.5']],
  ['101, 137: both', ['101', '137']],
  ['HTTP 404', []],
])('the title %j names the rules %j', (title, numbers) => {
  expect(numbersOf(title)).toEqual(numbers);
});
