import { expect, test } from 'vitest';
import { describeHttpbin, echoOf, HTTPBIN_URL } from '../helpers/httpbin.js';
import { collect } from '../helpers/async.js';

describeHttpbin('statuses', (client) => {
  test.each([200, 201, 204, 206, 300, 304, 400, 404, 418, 429, 500, 503])('1.12: %i', async (status) => {
    const response = await client().get(`/status/${status}`);
    expect([response.status_code, response.ok]).toEqual([status, status < 400]);
    const raise = (): void => {
      response.raise_for_status();
    };
    if (status < 400) expect(raise).not.toThrow();
    else expect(raise).toThrow(status < 500 ? `${status} Client Error: ` : `${status} Server Error: `);
  });

  test('1.12: an HTTPError names reason and URL, and has request and response', async () => {
    const response = await client().get('/status/404');
    expect(() => {
      response.raise_for_status();
    }).toThrow(`404 Client Error: NOT FOUND for url: ${HTTPBIN_URL}/status/404`);
    try {
      response.raise_for_status();
    } catch (error) {
      expect(error).toMatchObject({ name: 'HTTPError', response, request: response.request });
    }
  });
});

describeHttpbin('bodies', (client) => {
  test.each(['gzip', 'deflate', 'brotli'])('1.12: /%s is decoded', async (path) => {
    const response = await client().get(`/${path}`);
    expect(response.json()).toMatchObject({ method: 'GET' });
    const streamed = await client().get(`/${path}`, { stream: true });
    const text = Buffer.concat(await collect(streamed.iter_content(7))).toString();
    expect(JSON.parse(text)).toMatchObject({ method: 'GET' });
    const raw = await client().get(`/${path}`, { stream: true });
    expect((await raw.raw?.read())?.length).toBe(Number(raw.headers['Content-Length']));
  });

  test('1.12: encodings come from the Content-Type', async () => {
    const utf8 = await client().get('/encoding/utf8');
    expect([utf8.encoding, utf8.text.length]).toEqual(['utf-8', utf8.content.toString('utf8').length]);
    const json = await client().get('/get');
    expect([json.encoding, json.headers['content-type']]).toEqual(['utf-8', 'application/json']);
    const html = await client().get('/html');
    expect(html.encoding).toBe('utf-8');
    const bytes = await client().get('/bytes/10');
    expect(bytes.encoding).toBeNull();
    const robots = await client().get('/robots.txt');
    expect([robots.encoding, robots.text]).toEqual(['ISO-8859-1', expect.stringContaining('User-agent')]);
  });

  test('1.12: /json is not in this httpbin: its page is no JSON, and the error says where', async () => {
    const response = await client().get('/json');
    if (response.ok) {
      expect(response.json()).toHaveProperty('slideshow');
      return;
    }
    expect(response.status_code).toBe(404);
    expect(() => response.json()).toThrow('Expecting value: line 1 column 1 (char 0)');
  });

  test('1.12: /bytes gives exactly what was asked for, the same for the same seed', async () => {
    // One after the other: httpbin seeds one generator for all of its threads.
    const first = await client().get('/bytes/5000?seed=1');
    const second = await client().get('/bytes/5000?seed=1');
    expect(first.content.length).toBe(5000);
    expect(first.content.equals(second.content)).toBe(true);
  });

  test('1.12: Link headers, and a page of links', async () => {
    const link = '<https://a.example/?page=2>; rel="next", <https://a.example/?page=9>; rel="last"';
    const response = await client().get('/response-headers', { params: { Link: link } });
    expect(response.links).toEqual({
      next: { url: 'https://a.example/?page=2', rel: 'next' },
      last: { url: 'https://a.example/?page=9', rel: 'last' },
    });
    const page = await client().get('/links/3');
    expect(page.url).toBe(`${HTTPBIN_URL}/links/3/0`);
    expect(page.text).toContain("<a href='/links/3/2'>");
  });

  test('1.12: elapsed is the time to the headers', async () => {
    const response = await client().get('/delay/1');
    expect(response.elapsed.total_seconds()).toBeGreaterThan(0);
    expect(echoOf(response).url).toBe(`${HTTPBIN_URL}/delay/1`);
  });
});

describeHttpbin('streams', (client) => {
  test('1.12, 1.20: /stream gives a line of JSON for each, streamed or not', async () => {
    const streamed = await client().get('/stream/20', { stream: true });
    const ids: number[] = [];
    for await (const line of streamed.iter_lines())
      ids.push((JSON.parse(line.toString()) as { id: number }).id);
    expect(ids).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect((await client().get('/stream/20')).text.trim().split('\n')).toHaveLength(20);
  });

  test("1.12: the server's chunks are handed out one by one", async () => {
    const response = await client().get('/stream-bytes/5000?seed=3&chunk_size=1000', { stream: true });
    const sizes = (await collect(response.iter_content(null))).map((piece) => piece.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(5000);
    expect(Math.max(...sizes)).toBe(1000);
    const cut = await client().get('/stream-bytes/2000?chunk_size=1000', { stream: true });
    expect((await collect(cut.iter_content(700))).map((piece) => piece.length)).toEqual([700, 300, 700, 300]);
  });

  test('1.20: /drip arrives while it drips', async () => {
    const response = await client().get('/drip?numbytes=5&duration=1', { stream: true });
    const pieces = await collect(response.iter_content(null));
    expect(pieces.length).toBeGreaterThan(1);
    expect(Buffer.concat(pieces).toString()).toBe('*****');
    expect((await client().get('/drip?numbytes=3&duration=0.1&code=503')).status_code).toBe(503);
  });

  test('1.20: a stream that is closed early leaves the session usable', async () => {
    const response = await client().get('/drip?numbytes=1000&duration=60', { stream: true });
    for await (const piece of response.iter_content(1)) {
      expect(piece.toString()).toBe('*');
      break;
    }
    response.close();
    expect((await client().get('/get')).ok).toBe(true);
  });

  test('1.12: /range answers in parts', async () => {
    const part = await client().get('/range/100', { headers: { Range: 'bytes=10-19' } });
    expect([part.status_code, part.text]).toEqual([206, 'klmnopqrst']);
    expect(part.headers['content-range']).toBe('bytes 10-19/100');
    const whole = await client().get('/range/1000?chunk_size=100&duration=0.2', { stream: true });
    expect((await collect(whole.iter_content(100))).map((piece) => piece.length)).toEqual(
      Array(10).fill(100),
    );
    expect((await client().get('/range/100', { headers: { Range: 'bytes=200-' } })).status_code).toBe(416);
  });
});

describeHttpbin('timeouts', (client) => {
  test('1.14: a server that takes longer than the timeout is a ReadTimeout', async () => {
    await expect(client().get('/delay/5', { timeout: 0.3 })).rejects.toMatchObject({
      name: 'ReadTimeout',
      message: expect.stringContaining('Read timed out. (read timeout=0.3)') as string,
    });
    await expect(client().get('/delay/5', { timeout: [3, 0.3] })).rejects.toMatchObject({
      name: 'ReadTimeout',
    });
    expect((await client().get('/delay/1', { timeout: [0.9, 5] })).ok).toBe(true);
  });

  test('1.14: the limit is on each read and not on the whole', async () => {
    expect((await client().get('/drip?numbytes=6&duration=1.5', { timeout: 1 })).text).toBe('******');
    await expect(client().get('/drip?numbytes=2&duration=6', { timeout: 0.5 })).rejects.toMatchObject({
      name: 'ConnectionError',
    });
  });
});

describeHttpbin('many at once', (client) => {
  test('2.1: ten requests get ten answers, each its own', async () => {
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, i) => client().get('/get', { params: { i } })),
    );
    expect(all.map((response) => echoOf(response).args['i'])).toEqual(
      Array.from({ length: 10 }, (_, i) => String(i)),
    );
  });
});
