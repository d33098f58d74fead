import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Response } from '../../src/requests/models/response.js';

interface Case {
  readonly kind: string;
  readonly given: unknown;
  readonly expected: unknown;
}

/** Made by response-python.py. */
const cases = readFileSync(new URL('response-python.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

function casesOf(kind: string): Case[] {
  const found = cases.filter((one) => one.kind === kind);
  expect(found.length).toBeGreaterThan(100);
  return found;
}

function responseOf(content: Buffer, encoding: string): Response {
  const response = new Response();
  response.status_code = 200;
  response._content = content;
  response.encoding = encoding;
  return response;
}

/** The tests of a kind in one, which shows everything that differs. */
function compare(kind: string, actual: (given: never) => unknown): void {
  for (const { given, expected } of casesOf(kind)) {
    expect({ given, result: actual(given as never) }).toEqual({ given, result: expected });
  }
}

describe('what Python makes of the same body', () => {
  it('1.12: json() accepts the same texts, and fails with the same message at the same position', () => {
    compare('json', (text: string) => {
      try {
        responseOf(Buffer.from(text), 'utf-8').json();
        return null;
      } catch (error) {
        const { msg, pos, lineno, colno } = error as {
          msg: string;
          pos: number;
          lineno: number;
          colno: number;
        };
        return [msg, pos, lineno, colno];
      }
    });
  });

  it('1.12, 3.37: text is the same in every charset, errors replaced', () => {
    compare('text', ([charset, hex]: [string, string]) => responseOf(Buffer.from(hex, 'hex'), charset).text);
  });

  it('1.12: iter_lines splits text and bytes as splitlines does', () => {
    compare('lines', (text: string) => [
      [...responseOf(Buffer.from(text), 'utf-8').iter_lines({ decode_unicode: true })],
      [...responseOf(Buffer.from(text), 'utf-8').iter_lines()].map((line) => line.toString('hex')),
    ]);
  });

  it('1.12: links is the same for every Link header', () => {
    compare('links', (header: string) => {
      const response = new Response();
      response.headers = { link: header };
      return Object.fromEntries(Object.entries(response.links).map(([key, link]) => [key, { ...link }]));
    });
  });
});
