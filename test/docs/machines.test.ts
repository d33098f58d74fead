import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/machines.md', root), 'utf8');

/** The blocks of the page that hold `part`. */
function blocksWith(part: string): string[] {
  return [...page.matchAll(/^```\w+\n(.*?)^```$/gms)]
    .map(([, text]) => String(text))
    .filter((text) => text.includes(part));
}

describe('the page about many machines', () => {
  test('shows a compose file that is one', () => {
    const [text = '', ...more] = blocksWith('services:');
    expect(more).toEqual([]);
    const { services, ...others } = parse(text) as { services: Record<string, Record<string, unknown>> };
    expect(others).toEqual({});
    expect(Object.keys(services)).toEqual(['redis', 'worker']);
    expect(services['worker']).toMatchObject({
      environment: { REDIS_URL: 'redis://redis:6379' },
      depends_on: ['redis'],
      deploy: { replicas: 4 },
    });
  });

  test('shows a unit of systemd: sections of settings, whose time to stop is longer than the grace of the worker', () => {
    const [text = ''] = blocksWith('[Unit]');
    const lines = text.trim().split('\n');
    expect(lines.filter((line) => line !== '' && !/^(\[\w+\]|[A-Z]\w+=.+)$/.test(line))).toEqual([]);
    const grace = Number(/--grace (\d+)/.exec(text)?.[1]);
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1])).toBeGreaterThan(grace);
  });

  test('starts workers without npx where SIGTERM stops them, as that would not pass it on', () => {
    const starts = [...blocksWith('[Unit]'), ...blocksWith('services:')].flatMap(
      (text) => text.match(/^.*requests-futures-worker.*$/gm) ?? [],
    );
    expect(starts).toHaveLength(2);
    for (const start of starts) expect(start).toMatch(/(=\/srv\/crawl\/|: )node_modules\/\.bin\//);
  });

  test('names no option that the command does not have', () => {
    const command = fileURLToPath(new URL('dist/src/bullmq/cli.js', root));
    const usage = execFileSync(process.execPath, [command, '--help'], { encoding: 'utf8' });
    const known = new Set(usage.match(/--[a-z-]+/g));
    const lines = page
      .split('\n')
      .filter((line) => line.includes('requests-futures-worker') || line.startsWith('| `--'));
    const named = lines.join('\n').match(/--[a-z-]+/g) ?? [];
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((option) => !known.has(option))).toEqual([]);
  });
});
