import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

const name = '01-five-strategies';
const open: Server[] = [];

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

async function refusingUrl(): Promise<string> {
  const url = await listen(() => undefined);
  const server = open.pop();
  if (server !== undefined) await close(server);
  return url;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(close));
});

test('the five strategies answer ten times each, and the table shows what each costs, as the README does', async () => {
  const { code, stderr, lines } = await runExample([name]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const rows = lines.flatMap((line) => {
    const row = /^(\S.*?) +(\d+) +(\d+) +(\d+\.\d\d) +(█+)$/.exec(line);
    return row === null ? [] : [{ answers: Number(row[2]), connections: Number(row[3]), bar: row[5] }];
  });
  expect(rows.map(({ answers }) => answers)).toEqual([10, 10, 10, 10, 10]);
  // As many as wait side by side, but for the first, which keeps none.
  expect(rows.map(({ connections }) => connections)).toEqual([10, 1, 2, 10, 10]);
  const bars = rows.map(({ bar }) => bar?.length ?? 0);
  expect(Math.max(...bars)).toBe(40);

  const readme = readFileSync('README.md', 'utf8').split('\n');
  const shown = lines.flatMap((line) => /^.* 10 +\d+ /.exec(line)?.[0] ?? []);
  expect(shown).toHaveLength(5);
  for (const row of shown)
    expect(
      readme.some((line) => line.startsWith(row)),
      row,
    ).toBe(true);
});

describe('with URLs', () => {
  test('there is one row for each, and a URL that fails stops no other', async () => {
    const server = await listen((request, response) => {
      if (request.url === '/never') return;
      response.statusCode = request.url === '/missing' ? 404 : 200;
      response.end('x'.repeat(1234));
    });
    const refusing = await refusingUrl();
    const urls = [`${server}/never`, refusing, 'no-scheme', `${server}/missing`, `${server}/fine`];
    const { code, stderr, lines } = await runExample([name, '--timeout', '0.5', ...urls]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rowOf = (url: string): string => {
      const rows = lines.filter((line) => line.endsWith(`  ${url}`));
      expect(rows, url).toHaveLength(1);
      return String(rows[0]);
    };
    expect(lines).toHaveLength(urls.length);
    expect(rowOf(`${server}/fine`)).toMatch(/^200 +1234 bytes +\d+\.\d{3} s /);
    expect(rowOf(`${server}/missing`)).toMatch(/^404 +1234 bytes /);
    expect(rowOf(`${server}/never`)).toMatch(/^ReadTimeout: \S/);
    expect(rowOf(refusing)).toMatch(/^ConnectionError: \S/);
    expect(rowOf('no-scheme')).toMatch(/^MissingSchema: Invalid URL 'no-scheme'/);
    expect(lines.at(-1), 'the one that hangs ends last').toBe(rowOf(`${server}/never`));
  });

  test('- reads them from standard input, and --max-workers bounds how many run at once', async () => {
    let now = 0;
    let most = 0;
    const server = await listen((_request, response) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now -= 1;
        response.end('ok');
      }, 10);
    });
    const urls = Array.from({ length: 12 }, (_, i) => `${server}/${i}`);
    const { code, lines } = await runExample([name, '--max-workers', '3', '-'], `${urls.join('\n\n')}\n`);
    expect(code).toBe(0);
    expect(lines.map((line) => line.split('  ').at(-1)).sort()).toEqual([...urls].sort());
    expect(most).toBe(3);
  });

  test('--help explains the usage', async () => {
    const { code, stdout } = await runExample([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--max-workers N');
  });

  test.each([
    [['--max-workers', '0', 'http://127.0.0.1/'], "not '0'"],
    [['--max-workers', 'many', 'http://127.0.0.1/'], "not 'many'"],
    [['--timeout', '-1', 'http://127.0.0.1/'], '--timeout'],
    [['--no-such-option', 'http://127.0.0.1/'], '--no-such-option'],
    [['--max-workers', '3'], 'no URL'],
  ])('wrong usage %j ends with code 2 and the usage', async (args, message) => {
    const { code, stdout, stderr } = await runExample([name, ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('Usage: npm start');
  });
});
