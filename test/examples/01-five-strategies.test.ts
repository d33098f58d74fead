import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { row } from '../../examples/lib/url-rows.js';
import { gate } from '../helpers/async.js';
import { freePort } from '../helpers/free-port.js';
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
  return `http://127.0.0.1:${await freePort()}`;
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
  test('there is one row for each, a URL that fails stops no other, and the exit code is 1', async () => {
    const server = await listen((request, response) => {
      if (request.url === '/never') return;
      response.statusCode = request.url === '/missing' ? 404 : 200;
      response.end('x'.repeat(1234));
    });
    const refusing = await refusingUrl();
    const urls = [`${server}/never`, refusing, 'no-scheme', `${server}/missing`, `${server}/fine`];
    const { code, stderr, lines } = await runExample([name, '--timeout', '0.5', ...urls]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^5 URLs, 3 failed, 2468 B in \d+\.\d{3} s\n$/);
    const rowOf = (url: string): string => {
      const rows = lines.filter((line) => line.startsWith(`${url}  `));
      expect(rows, url).toHaveLength(1);
      return String(rows[0]).slice(url.length).trim();
    };
    expect(lines).toHaveLength(urls.length);
    expect(rowOf(`${server}/fine`)).toMatch(/^200 +1234 B +\d+\.\d{3} s$/);
    expect(rowOf(`${server}/missing`)).toMatch(/^404 +1234 B /);
    expect(rowOf(`${server}/never`)).toMatch(/^ReadTimeout: \S/);
    expect(rowOf(refusing)).toMatch(/^ConnectionError: \S/);
    expect(rowOf('no-scheme')).toMatch(/^MissingSchema: Invalid URL 'no-scheme'/);
    expect(lines.at(-1), 'the one that hangs ends last').toMatch(`${server}/never  `);
  });

  test('a status of 404 is an answer, as it is for curl: the exit code is 0', async () => {
    const server = await listen((_request, response) => {
      response.statusCode = 404;
      response.end();
    });
    const { code, stderr } = await runExample([name, server]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^1 URL, 0 failed, 0 B in /) as string,
    });
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
    expect(lines.map((line) => line.split('  ')[0]).sort()).toEqual([...urls].sort());
    expect(most).toBe(3);
  });

  test('the seconds are those to the last byte of the body', async () => {
    const pause = 0.4;
    const server = await listen((_request, response) => {
      response.write('first');
      setTimeout(() => response.end('last'), pause * 1000);
    });
    const { lines } = await runExample([name, `${server}/`]);
    const [, bytes, seconds] = / (\d+) B +(\d+\.\d{3}) s$/.exec(lines[0] ?? '') ?? [];
    expect(bytes).toBe('9');
    // Timers of the server's process may run a little early.
    expect(Number(seconds)).toBeGreaterThan(pause - 0.05);
  });

  test('Ctrl-C sends nothing more, prints what is done and a summary, and exits with 130', async () => {
    let underWay = 0;
    const reached = gate();
    const server = await listen((request, response) => {
      if (request.url === '/done') return void response.end('x'.repeat(10));
      underWay += 1;
      // One waits for its head, the other for the rest of its body.
      if (request.url === '/body') response.write('half');
      if (underWay === 2) reached.open();
    });
    const urls = ['done', 'head', 'body', 'queued', 'queued-too'].map((path) => `${server}/${path}`);
    // Not by tsx's command: it kills a program that does not answer it within 30 ms of a signal.
    const args = ['--import', 'tsx', `examples/${name}.ts`, '--max-workers', '2', ...urls];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const stdout = text(child.stdout);
    const stderr = text(child.stderr);
    const ended = once(child, 'close');
    await reached.promise;
    // As npm and tsx pass on what the terminal has sent already.
    child.kill('SIGINT');
    child.kill('SIGINT');
    const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
    expect({ code, signal }).toEqual({ code: 130, signal: null });
    expect(await stdout).toMatch(/^http\S+\/done +200 +10 B +\d+\.\d{3} s\n$/);
    expect(await stderr).toMatch(/^Interrupted: 1 of 5 URLs, 0 failed, 10 B in \d+\.\d{3} s\n$/);
    expect(underWay).toBe(2);
  });

  test('--help explains the usage', async () => {
    const { code, stdout } = await runExample([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--max-workers N');
    expect(stdout).toContain('Exit codes: 0 ');
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

describe('a row', () => {
  const screen = { columns: 60, colors: false };
  const fetched = { status: 200, bytes: 1234, seconds: 0.5 };
  const url = `https://example.com/${'long/'.repeat(30)}end`;

  test('is as wide as the terminal, and leaves out the middle of a URL', () => {
    const line = row(url, fetched, url.length, screen);
    expect(line).toHaveLength(60);
    expect(line).toMatch(/^https:\/\/exa.*….*end {2}200 +1234 B +0\.500 s$/);
    const failed = row(url, { error: new TypeError('no '.repeat(50)) }, url.length, screen);
    expect(failed).toHaveLength(60);
    expect(failed).toMatch(/^https:\/\/exa.*….*end {2}TypeError: no .*…$/);
  });

  test('has the whole URL and the whole error where there is no terminal', () => {
    const nowhere = { columns: null, colors: false };
    expect(row(url, fetched, url.length, nowhere).startsWith(`${url}  200 `)).toBe(true);
    expect(row('u', { error: new TypeError('no\nline\tbreak') }, 3, nowhere)).toBe(
      'u    TypeError: no line break',
    );
  });

  test('puts the numbers of all rows below each other', () => {
    const rows = ['short', 'longer-one'].map((name) => row(name, fetched, 10, screen));
    expect(new Set(rows.map((line) => line.indexOf('200'))).size).toBe(1);
  });

  test('is colored by its status on a terminal that shows colors, and carries nothing else that a terminal obeys', () => {
    const inColor = { columns: 80, colors: true };
    const colorOf = (status: number): string | undefined =>
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the color is what is tested
      /\u001b\[(\d+)m/.exec(row('u', { ...fetched, status }, 1, inColor))?.[1];
    expect([200, 304, 404, 500].map(colorOf)).toEqual(['32', '33', '31', '31']);
    const hostile = row('u', { error: new Error('\u001b]0;title\u0007\u001b[2J\u009b2J gone') }, 1, screen);
    expect(hostile).not.toMatch(/\p{Cc}/u);
    expect(row('u', fetched, 1, screen)).not.toMatch(/\p{Cc}/u);
  });
});
