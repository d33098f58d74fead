import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { describeHttpbin, echoOf, HTTPBIN_URL } from '../helpers/httpbin.js';

if (HTTPBIN_URL === '') {
  console.log('httpbin: skipped, as HTTPBIN_URL is not set (.ci/run starts one; see CONTRIBUTING.md)');
}

/** Letters with and without meaning in a query. */
const TEXT = "a b&c=d+e/ü?#'(!)*~";

describe('httpbin', () => {
  test.skipIf(HTTPBIN_URL === '')('is there and names itself', async () => {
    const response = await fetch(`${HTTPBIN_URL}/ip`);
    expect(await response.json()).toHaveProperty('origin');
  });
});

describeHttpbin('verbs', (client) => {
  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('1.1: %s arrives as such', async (method) => {
    const response = await client().request(method, `/${method.toLowerCase()}`, { params: { a: 1 } });
    expect(echoOf(response).args).toEqual({ a: '1' });
    expect(echoOf(await client().request(method, '/anything')).method).toBe(method);
  });

  test('1.1: a method in lower case is sent in upper case', async () => {
    expect(echoOf(await client().request('put', '/anything')).method).toBe('PUT');
  });

  test('1.1, 1.21: HEAD has headers and no body, and does not follow redirects', async () => {
    const response = await client().session.head(`${HTTPBIN_URL}/get`);
    expect([response.status_code, response.content.length]).toEqual([200, 0]);
    expect(Number(response.headers['Content-Length'])).toBeGreaterThan(0);
    expect((await client().session.head(`${HTTPBIN_URL}/redirect/1`)).status_code).toBe(302);
  });

  test('1.1: OPTIONS lists what is allowed', async () => {
    const response = await client().session.options(`${HTTPBIN_URL}/get`);
    expect(response.headers['Allow']).toContain('GET');
  });
});

describeHttpbin('what is sent', (client) => {
  test('1.9: params reach the server as they were given', async () => {
    const params = { text: TEXT, list: ['1', '2'], none: null, flag: true, empty: '' };
    const { args } = echoOf(await client().get('/get?first=0', { params }));
    expect(args).toEqual({ first: '0', text: TEXT, list: ['1', '2'], flag: 'True', empty: '' });
  });

  test('1.8: the path is quoted as Python quotes it', async () => {
    const response = await client().get('/anything/a b/ü%7E%zz');
    expect(response.url).toBe(`${HTTPBIN_URL}/anything/a%20b/%C3%BC%257E%25zz`);
    expect(response.status_code).toBe(200);
  });

  test('1.10: a form arrives as fields', async () => {
    const { form, headers } = echoOf(
      await client().post('/post', { data: { text: TEXT, list: ['1', '2'] } }),
    );
    expect(form).toEqual({ text: TEXT, list: ['1', '2'] });
    expect(headers['Content-Type']).toBe('application/x-www-form-urlencoded');
  });

  test('1.10, 3.13: json arrives as JSON', async () => {
    const json = { text: TEXT, list: [1, 2.5, null, true], deep: { π: '☃' } };
    const echo = echoOf(await client().post('/post', { json }));
    expect(echo.json).toEqual(json);
    expect(echo.headers['Content-Type']).toBe('application/json');
  });

  test('1.10: text and bytes arrive as they are', async () => {
    expect(echoOf(await client().post('/post', { data: TEXT })).data).toBe(TEXT);
    const bytes = Buffer.from([0, 1, 0xfe, 0xff]);
    expect(echoOf(await client().post('/post', { data: bytes })).data).toBe(
      `data:application/octet-stream;base64,${bytes.toString('base64')}`,
    );
  });

  test('1.10: files arrive with their fields', async () => {
    const files = {
      one: ['one.txt', 'content of one', 'text/plain'],
      two: Buffer.from('content of two'),
    } as const;
    const echo = echoOf(await client().post('/post', { files, data: { field: TEXT } }));
    expect(echo.files).toEqual({ one: 'content of one', two: 'content of two' });
    expect(echo.form).toEqual({ field: TEXT });
  });

  test('1.10, 3.30: a file stream is sent with its length, and as a part of a multipart body', async () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'httpbin-')), 'upload.txt');
    fs.writeFileSync(file, 'from a file\n'.repeat(1000));
    try {
      const echo = echoOf(await client().post('/post', { data: fs.createReadStream(file) }));
      expect([echo.data.length, echo.headers['Content-Length']]).toEqual([12_000, '12000']);
      const { files } = echoOf(await client().post('/post', { files: { file: fs.createReadStream(file) } }));
      expect(files['file']).toHaveLength(12_000);
    } finally {
      fs.rmSync(path.dirname(file), { recursive: true });
    }
  });

  test('1.10: a generator and a stream are sent in chunks', async () => {
    // This httpbin does not read chunked bodies; that it answers and can be asked again shows that they ended as they should.
    const data = [
      (function* () {
        yield 'piece ';
        yield 'by piece';
      })(),
      Readable.from(['one ', 'two']),
    ];
    for (const body of data) {
      const response = await client().post('/post', { data: body });
      expect(echoOf(response).headers['Transfer-Encoding'] ?? 'chunked').toBe('chunked');
      expect((await client().get('/get')).status_code).toBe(200);
    }
  });

  test('1.2, 1.4: headers of session and request are merged, and null removes one', async () => {
    const { session } = client();
    (session.headers as Record<string, string>)['X-Session'] = 'session';
    const first = echoOf(await client().get('/headers', { headers: { 'x-request': 'request' } }));
    expect(first.headers).toMatchObject({ 'X-Session': 'session', 'X-Request': 'request', Accept: '*/*' });
    const second = echoOf(await client().get('/headers', { headers: { 'x-session': null } }));
    expect(second.headers).not.toHaveProperty('X-Session');
    expect(echoOf(await client().get('/headers')).headers['X-Session']).toBe('session');
  });

  test('3.43: the User-Agent is an own product token', async () => {
    const { 'user-agent': agent } = (await client().get('/user-agent')).json<Record<string, string>>();
    expect(agent).toMatch(/^requests-futures\/\d+\.\d+/);
  });
});

describeHttpbin('cookies', (client) => {
  test('1.17: what the server sets comes back to it, and is gone when it deletes it', async () => {
    const set = await client().get('/cookies/set', { params: { a: '1', b: 'two words' } });
    expect(echoOf(set).cookies).toMatchObject({ a: '1' });
    expect(client().session.cookies.get('a')).toBe('1');
    expect(set.history[0]?.cookies.get('a')).toBe('1');
    const gone = await client().get('/cookies/delete?a&b');
    expect(echoOf(gone).cookies).toEqual({});
    expect(client().session.cookies.get('a')).toBeNull();
  });

  test('1.4: cookies of one request are sent with it alone', async () => {
    expect(echoOf(await client().get('/cookies', { cookies: { once: 'yes' } })).cookies).toEqual({
      once: 'yes',
    });
    expect(echoOf(await client().get('/cookies')).cookies).toEqual({});
  });

  test('1.12, 1.17: duplicate response headers are joined, Set-Cookie lines all read', async () => {
    const params: [string, string][] = [
      ['X-Twice', '1'],
      ['X-Twice', '2'],
      ['Set-Cookie', 'x=1'],
      ['Set-Cookie', 'y=2'],
    ];
    const response = await client().get('/response-headers', { params });
    expect(response.headers['x-twice']).toBe('1, 2');
    expect(response.raw?.headers.getlist('set-cookie')).toEqual(['x=1', 'y=2']);
    expect(response.cookies.get_dict()).toEqual({ x: '1', y: '2' });
    client().session.cookies.clear();
  });
});

describeHttpbin('redirects', (client) => {
  test.each(['redirect', 'relative-redirect', 'absolute-redirect'])(
    '1.6: /%s is followed to its end',
    async (kind) => {
      const response = await client().get(`/${kind}/5`);
      expect([response.status_code, response.url]).toEqual([200, `${HTTPBIN_URL}/get`]);
      expect(response.history.map((hop) => hop.status_code)).toEqual([302, 302, 302, 302, 302]);
      expect(response.history.map((hop) => hop.history.length)).toEqual([0, 1, 2, 3, 4]);
    },
  );

  test('1.6: allow_redirects=false stops at the first, whose next can be sent', async () => {
    const response = await client().get('/redirect/2', { allow_redirects: false });
    expect([response.status_code, response.is_redirect, response.history.length]).toEqual([302, true, 0]);
    expect(response.next?.url).toBe(`${HTTPBIN_URL}/relative-redirect/1`);
  });

  test('1.6: one redirect too many is TooManyRedirects', async () => {
    await expect(client().get('/redirect/31')).rejects.toMatchObject({
      name: 'TooManyRedirects',
      message: 'Exceeded 30 redirects.',
    });
    expect((await client().get('/redirect/30')).history).toHaveLength(30);
  });

  test.each([
    [301, 'GET', ''],
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'body'],
    [308, 'POST', 'body'],
  ])('1.6: after a %i a POST is a %s', async (status_code, method, data) => {
    const params = { url: '/anything', status_code };
    const echo = echoOf(await client().post('/redirect-to', { params, data: 'body' }));
    expect([echo.method, echo.data]).toEqual([method, data]);
  });
});
