import type { Reporter, SerializedError, TestCase, TestModule, TestSpecification, Vitest } from 'vitest/node';
import { readRules, type TitlePath, untested } from './coverage.js';

/** Fails a run of all tests in which a rule has no test that passed, and names the rule. */
export class RulesReporter implements Reporter {
  #vitest: Vitest | null = null;
  #isComplete = false;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  async onTestRunStart(started: readonly TestSpecification[]): Promise<void> {
    const vitest = this.#vitest;
    if (vitest === null) return;
    const all = await vitest.globTestSpecifications();
    this.#isComplete = vitest.config.testNamePattern === undefined && started.length === all.length;
  }

  onTestRunEnd(modules: readonly TestModule[], _errors: readonly SerializedError[], reason: string): void {
    if (!this.#isComplete || reason === 'interrupted') return;
    const missing = untested(readRules(), modules.flatMap(passedTitles));
    if (missing.length === 0) return;
    process.exitCode = 1;
    this.#vitest?.logger.error(
      `Rules of docs/rules.md without a test that passed:\n${missing.map((rule) => `  ${rule}\n`).join('')}`,
    );
  }
}

function passedTitles(module: TestModule): TitlePath[] {
  return [...module.children.allTests('passed')].map(titlePath);
}

function titlePath(test: TestCase): TitlePath {
  const titles = [test.name];
  for (let group = test.parent; group.type === 'suite'; group = group.parent) titles.unshift(group.name);
  return titles;
}
