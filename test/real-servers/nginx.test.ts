import { randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FuturesSession } from '../../src/futures-session/index.js';
import type { Session } from '../../src/requests/index.js';
import { CREDENTIALS, NGINX, type Nginx, REQUESTS_PER_CONNECTION, startNginx, TEXT } from './nginx.js';
import { sessionOver, WAYS } from './ways.js';

describe.skipIf(NGINX === null)('nginx', () => {
  let nginx: Nginx;
  beforeAll(async () => {
    nginx = await startNginx(NGINX ?? '');
  });
  afterAll(() => nginx[Symbol.asyncDispose]());

  describe.each(WAYS)('%s', (_name, scheme, make, version) => {
    let session: Session;
    let url: string;
    beforeAll(() => {
      session = sessionOver(make(), nginx.ca);
      url = nginx[scheme];
    });
    afterAll(() => session.close());

    test('text, its head and its absence', async () => {
      const got = await session.get(`${url}/text`);
      expect([got.status_code, got.text, got.raw?.version]).toEqual([200, TEXT, version]);
      const head = await session.head(`${url}/text`);
      expect([head.status_code, head.text, head.headers.get('content-length')]).toEqual([
        200,
        '',
        String(TEXT.length),
      ]);
      expect((await session.get(`${url}/missing`)).status_code).toBe(404);
      expect((await session.get(`${url}/empty`)).status_code).toBe(204);
      const etag = got.headers.get('etag') ?? '';
      const unchanged = await session.get(`${url}/text`, { headers: { 'If-None-Match': etag } });
      expect([unchanged.status_code, unchanged.text]).toEqual([304, '']);
    });

    test('gzip', async () => {
      const response = await session.get(`${url}/gzip`);
      expect([response.headers.get('content-encoding'), response.text]).toEqual(['gzip', TEXT]);
    });

    test('ranges', async () => {
      const part = await session.get(`${url}/text`, { headers: { Range: 'bytes=4-7' } });
      expect([part.status_code, part.text]).toEqual([206, 'line']);
      const beyond = await session.get(`${url}/text`, { headers: { Range: 'bytes=99999-' } });
      expect(beyond.status_code).toBe(416);
    });

    test('credentials', async () => {
      expect((await session.get(`${url}/private`)).status_code).toBe(401);
      expect((await session.get(`${url}/private`, { auth: CREDENTIALS })).text).toBe(TEXT);
    });

    test('a redirect', async () => {
      const response = await session.get(`${url}/there`);
      expect([response.url, response.text]).toEqual([`${url}/text`, TEXT]);
    });

    test('query and headers', async () => {
      const response = await session.get(`${url}/echo`, { params: { a: 'b c' }, headers: { 'X-Test': 'ü' } });
      expect(response.content.toString('latin1')).toBe('GET ü  a=b+c');
    });

    test('connections are kept', async () => {
      const numbers = new Set<string>();
      for (let i = 0; i < 5; i++) {
        const response = await session.get(`${url}/connection`);
        numbers.add(response.text.split(' ')[0] ?? '');
      }
      expect(numbers.size).toBeLessThanOrEqual(_name.includes('pipelining') ? 2 : 1);
    });

    test('connections end when the server has had enough', async () => {
      const limited = nginx.limited[scheme];
      const answers: string[] = [];
      for (let i = 0; i < 4 * REQUESTS_PER_CONNECTION; i++) {
        answers.push((await session.get(limited)).text);
      }
      expect(new Set(answers).size).toBeGreaterThanOrEqual(4);
      for (let i = 0; i < 2 * REQUESTS_PER_CONNECTION; i++) {
        expect((await session.post(limited, { data: 'x' })).status_code).toBe(200);
      }
    });

    test('many at once', async () => {
      await using futures = new FuturesSession({ session, max_workers: 20 });
      const sent = Array.from({ length: 100 }, (_, i) => futures.get(`${url}/echo`, { params: { i } }));
      const texts = await Promise.all(sent.map(async (future) => (await future).text));
      expect(texts).toEqual(texts.map((_, i) => `GET   i=${String(i)}`));
    });

    test('uploads of bytes, files, generators and streams', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'upload-'));
      const bytes = randomBytes(3 << 20);
      const file = join(folder, 'file');
      writeFileSync(file, bytes);
      function* pieces(): Generator<Buffer> {
        for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
      }
      const bodies = { bytes, file: createReadStream(file), pieces: pieces(), blob: new Blob([bytes]) };
      try {
        for (const [name, data] of Object.entries(bodies)) {
          const target = `${url}/files/${name}-${_name.replaceAll(/\W/g, '')}`;
          expect((await session.put(target, { data })).status_code).toBe(201);
          const { content } = await session.get(target);
          expect(content.equals(bytes)).toBe(true);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    test.each([10_000, 5 << 20])('413 for a body of %d bytes', async (size) => {
      const response = await session.put(`${url}/small`, { data: Buffer.alloc(size) });
      expect(response.status_code).toBe(413);
      const again = await session.put(`${url}/small`, {
        data: (function* () {
          yield Buffer.alloc(size);
        })(),
      });
      expect(again.status_code).toBe(413);
      expect((await session.get(`${url}/text`)).text).toBe(TEXT);
    });

    test('a streamed body that is not read to its end', async () => {
      const response = await session.get(`${url}/text`, { stream: true });
      for await (const piece of response.iter_content(10)) {
        expect(piece.length).toBe(10);
        break;
      }
      response.close();
      expect((await session.get(`${url}/text`)).text).toBe(TEXT);
    });
  });
});
