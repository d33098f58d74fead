/** What users can type does not change without a line in CHANGELOG.md. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const SELF = 'test/docs/changelog.test.ts';

function git(cwd: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  return execFileSync('git', [...identity, ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/**
 * The subjects of the commits that change docs/api-report and not CHANGELOG.md, of those since `since` came into the repository; a merge
 * counts as one. `Changelog: none` at the end of a message is for changes that no user notices.
 */
function silentChanges(repository: string, since: string): string[] {
  const added = git(repository, 'log', '--diff-filter=A', '--format=%H', '--', since)
    .trim()
    .split('\n')
    .at(-1);
  if (added === undefined || added === '') return [];
  const log = git(
    repository,
    'log',
    '--first-parent',
    '--diff-merges=first-parent',
    '--name-only',
    '--format=%x00%s%x01%(trailers:key=Changelog,valueonly,separator=%x2C)%x01',
    `${added}..HEAD`,
  );
  return log
    .split('\0')
    .slice(1)
    .map((commit) => commit.split('\x01'))
    .filter(([, trailer, files = '']) => {
      const names = files.split('\n');
      const changes = names.some((name) => name.startsWith('docs/api-report/'));
      return changes && !names.includes('CHANGELOG.md') && trailer !== 'none';
    })
    .map(([subject = '']) => subject);
}

const isCheckout = (() => {
  try {
    return git('.', 'rev-parse', '--is-shallow-repository').trim() === 'false';
  } catch {
    return false;
  }
})();

test.skipIf(!isCheckout)(
  'each change of the public declarations has come with a line in the changelog',
  () => {
    expect(
      silentChanges('.', SELF),
      'add a line to CHANGELOG.md in the same commit, or `Changelog: none` at the end of its message',
    ).toEqual([]);
  },
);

let repository = '';
beforeEach(() => {
  repository = mkdtempSync(path.join(tmpdir(), 'changelog-'));
  git(repository, 'init', '--quiet', '--initial-branch=main');
});
afterEach(() => {
  rmSync(repository, { recursive: true });
});

function commit(message: string, ...files: string[]): void {
  for (const file of files) {
    mkdirSync(path.dirname(path.join(repository, file)), { recursive: true });
    writeFileSync(path.join(repository, file), message);
  }
  git(repository, 'add', '.');
  git(repository, 'commit', '--quiet', '--message', message);
}

test('a commit that changes the declarations without such a line is found', () => {
  commit('Before the rule', 'docs/api-report/a.md');
  commit('The rule', 'rule');
  commit('With a line', 'docs/api-report/a.md', 'CHANGELOG.md');
  commit('Silent', 'docs/api-report/b.md', 'src/b.ts');
  commit('Nothing for users\n\nChangelog: none', 'docs/api-report/c.md');
  commit('No declarations', 'src/c.ts');
  git(repository, 'checkout', '--quiet', '-b', 'topic');
  commit('In a branch', 'docs/api-report/d.md');
  commit('Its line', 'CHANGELOG.md');
  git(repository, 'checkout', '--quiet', 'main');
  git(repository, 'merge', '--quiet', '--no-ff', '--message', 'Merge topic', 'topic');
  expect(silentChanges(repository, 'rule')).toEqual(['Silent']);
  expect(silentChanges(repository, 'no such file')).toEqual([]);
});
