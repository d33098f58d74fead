/** What scripts take from `urllib3` itself. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { getLogger, setLogger, UnicodeEncodeError } from '../../src/builtins/index.js';
import * as adapters from '../../src/requests/adapters/index.js';
import { exceptions, Retry, Timeout } from '../../src/requests/packages/urllib3.js';
import * as urllib3 from '../../src/requests/packages/urllib3.js';
import { Session } from '../../src/requests/sessions/session.js';
import { testAuthority } from '../helpers/servers/certificates.js';
import { echo, type Handler, startHttpServer } from '../helpers/servers/http-server.js';
import { startTlsServer } from '../helpers/servers/tls-server.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('urllib3.util', () => {
  it('has the classes and functions that adapters are made with', () => {
    expect(urllib3.util.Retry).toBe(Retry);
    expect(urllib3.util.Timeout).toBe(Timeout);
    expect(adapters.Retry).toBe(Retry);
    expect(urllib3.util.parse_url('http://h:1/p')).toBeInstanceOf(urllib3.util.Url);
  });

  it('make_headers() gives the headers of urllib3, in its order', () => {
    const headers = urllib3.util.make_headers({
      keep_alive: true,
      accept_encoding: true,
      user_agent: 'x',
      basic_auth: 'u:é',
      proxy_basic_auth: 'p:q',
      disable_cache: true,
    });
    expect(Object.entries(headers)).toEqual([
      ['accept-encoding', expect.stringMatching(/^gzip,deflate,br(,zstd)?$/)],
      ['user-agent', 'x'],
      ['connection', 'keep-alive'],
      ['authorization', 'Basic dTrp'],
      ['proxy-authorization', 'Basic cDpx'],
      ['cache-control', 'no-cache'],
    ]);
    expect(urllib3.make_headers({ accept_encoding: ['a', 'b'] })).toEqual({ 'accept-encoding': 'a,b' });
    expect(urllib3.make_headers({ accept_encoding: 'z' })).toEqual({ 'accept-encoding': 'z' });
    expect(urllib3.make_headers({ accept_encoding: [] })).toEqual({});
    expect(urllib3.make_headers({ basic_auth: 'u:☃', basic_auth_encoding: 'utf-8' })).toEqual({
      authorization: 'Basic dTrimIM=',
    });
    expect(() => urllib3.make_headers({ basic_auth: 'u:☃' })).toThrow(UnicodeEncodeError);
    expect(() => urllib3.make_headers({ keepalive: true } as object)).toThrow("'keepalive'");
  });

  it('create_urllib3_context() makes the ssl_context of a pool manager', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'requests-context-'));
    try {
      const ca_certs = join(directory, 'ca.pem');
      writeFileSync(ca_certs, testAuthority().cert);
      await using server = await startTlsServer();
      class PinnedAdapter extends adapters.HTTPAdapter {
        override init_poolmanager(
          ...[connections, maxsize, block, settings]: Parameters<adapters.HTTPAdapter['init_poolmanager']>
        ): void {
          const ssl_context = urllib3.util.create_urllib3_context({ ca_certs });
          super.init_poolmanager(connections, maxsize, block, { ...settings, ssl_context });
        }
      }
      await using session = new Session();
      await expect(session.get(server.url)).rejects.toThrow(/CERTIFICATE_VERIFY_FAILED/);
      session.mount('https://', new PinnedAdapter());
      expect((await session.get(server.url)).status_code).toBe(200);
      const old = urllib3.util.create_urllib3_context({ ca_certs, ssl_maximum_version: 'TLSv1.2' });
      const manager = new urllib3.PoolManager({ ssl_context: old });
      expect((await manager.request('GET', server.url)).status).toBe(200);
      manager.clear();
    } finally {
      rmSync(directory, { recursive: true });
    }
    expect(() => urllib3.util.create_urllib3_context({ ciphers: 'nonsense' })).toThrow(/cipher/i);
    expect(() => urllib3.util.create_urllib3_context({ cert_reqs: 0 } as object)).toThrow("'cert_reqs'");
  });
});

describe('encode_multipart_formdata', () => {
  it('gives the bytes and the Content-Type of urllib3', () => {
    const fields = [
      ['a', '1'],
      ['f', ['n.bin', Buffer.from('x')]],
      ['g', ['é"\n.txt', 'y', 'text/x']],
      ['h', 5],
      ['i', [null, 'z', null]],
    ] as const;
    const [body, type] = urllib3.encode_multipart_formdata(fields, 'B');
    expect(type).toBe('multipart/form-data; boundary=B');
    expect(body.toString()).toBe(
      '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' +
        '--B\r\nContent-Disposition: form-data; name="f"; filename="n.bin"\r\n' +
        'Content-Type: application/octet-stream\r\n\r\nx\r\n' +
        '--B\r\nContent-Disposition: form-data; name="g"; filename="é%22%0A.txt"\r\nContent-Type: text/x\r\n\r\ny\r\n' +
        '--B\r\nContent-Disposition: form-data; name="h"\r\n\r\n5\r\n' +
        '--B\r\nContent-Disposition: form-data; name="i"\r\n\r\nz\r\n--B--\r\n',
    );
    const [, random] = urllib3.encode_multipart_formdata({ a: '1' });
    expect(random).toMatch(/^multipart\/form-data; boundary=[0-9a-f]{32}$/);
    expect(() => urllib3.encode_multipart_formdata({ a: {} } as never)).toThrow(TypeError);
  });
});

describe('add_stderr_logger', () => {
  it('writes what urllib3 logs, and keeps the logger that was there', () => {
    const lines: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    const kept: string[] = [];
    const before = setLogger({ log: (_level, _name, message) => kept.push(message) });
    try {
      const previous = urllib3.add_stderr_logger();
      getLogger().log('warning', 'urllib3.connectionpool', 'pool is full');
      getLogger().log('error', 'concurrent.futures', 'other');
      setLogger(previous);
      urllib3.add_stderr_logger('error');
      getLogger().log('warning', 'urllib3.connectionpool', 'not this one');
    } finally {
      setLogger(before);
    }
    const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}`;
    expect(lines).toEqual([
      expect.stringMatching(`^${time} DEBUG Added a stderr logging handler to logger: urllib3\n$`),
      expect.stringMatching(`^${time} WARNING pool is full\n$`),
    ]);
    expect(kept).toEqual(['pool is full', 'other', 'not this one']);
    expect(() => urllib3.add_stderr_logger('loud' as never)).toThrow(TypeError);
  });
});

describe('urllib3.exceptions', () => {
  it('has every name of urllib3, each in its place in the tree', () => {
    const parents: Record<string, unknown> = {
      BodyNotHttplibCompatible: exceptions.HTTPError,
      HeaderParsingError: exceptions.HTTPError,
      DependencyWarning: exceptions.HTTPWarning,
      SystemTimeWarning: exceptions.SecurityWarning,
      InsecurePlatformWarning: exceptions.SecurityWarning,
      NotOpenSSLWarning: exceptions.SecurityWarning,
    };
    for (const [name, parent] of Object.entries(parents)) {
      expect(Object.getPrototypeOf(exceptions[name as keyof typeof exceptions]), name).toBe(parent);
    }
    expect(exceptions.ConnectionError).toBe(exceptions.ProtocolError);
    expect(new exceptions.ProxySchemeUnsupported('x').name).toBe('ProxySchemeUnsupported');
  });
});

describe('PoolManager.request', () => {
  async function withServer(
    handler: Handler,
    use: (manager: urllib3.PoolManager, url: string) => Promise<void>,
    options: adapters.PoolManagerOptions = {},
  ): Promise<void> {
    await using server = await startHttpServer(handler);
    const manager = new urllib3.PoolManager(options);
    try {
      await use(manager, server.url);
    } finally {
      manager.clear();
    }
  }

  interface Echo {
    method: string;
    url: string;
    headers: [string, string][];
    body: string;
  }

  it('reads the body into data, decoded, unless told otherwise', async () => {
    await withServer(
      (_request, response) => {
        response.setHeader('Content-Encoding', 'gzip');
        response.end(zlib.gzipSync('{"a":1}'));
      },
      async (manager, url) => {
        const response = await manager.request('GET', url);
        expect([response.status, response.data.toString(), response.json()]).toEqual([
          200,
          '{"a":1}',
          { a: 1 },
        ]);
        const raw = await manager.request('GET', url, { decode_content: false });
        expect(zlib.gunzipSync(raw.data).toString()).toBe('{"a":1}');
        const streamed = await manager.request('GET', url, { preload_content: false });
        expect(() => streamed.data).toThrow('await raw.read()');
        expect(String(await streamed.read(3))).toBe('{"a');
        streamed.close();
      },
    );
  });

  it('sends fields as a query or a form, or a body, or JSON', async () => {
    await withServer(echo, async (manager, url) => {
      const sent = async (
        ...[method, options]: [string, Parameters<typeof manager.request>[2]]
      ): Promise<Echo> => (await manager.request(method, `${url}/p`, options)).json<Echo>();
      expect((await sent('get', { fields: { a: '1 2', b: 'é' } })).url).toBe('/p?a=1+2&b=%C3%A9');
      expect((await sent('POST', { fields: { a: '1' }, encode_multipart: false })).body).toBe('a=1');
      const form = await sent('POST', { fields: { a: '1' }, multipart_boundary: 'B' });
      expect(form.body).toBe('--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--B--\r\n');
      expect(Object.fromEntries(form.headers)['Content-Type']).toBe('multipart/form-data; boundary=B');
      const json = await sent('POST', { json: { a: 'é' } });
      expect(Object.fromEntries(json.headers)).toMatchObject({ 'Content-Type': 'application/json' });
      expect(Buffer.from(json.body, 'latin1').toString()).toBe('{"a":"é"}');
      expect((await sent('PUT', { body: Buffer.from('raw') })).body).toBe('raw');
      await expect(sent('POST', { body: 'a', json: {} })).rejects.toThrow(TypeError);
      await expect(sent('POST', { body: 'a', fields: {} })).rejects.toThrow(TypeError);
      await expect(sent('GET', { data: 'a' } as object)).rejects.toThrow("'data'");
    });
  });

  it("has the manager's headers unless the request has its own, and no credentials of the URL", async () => {
    await withServer(
      echo,
      async (manager, url) => {
        const { headers } = (await manager.request('GET', url.replace('//', '//u:p@'))).json<Echo>();
        expect(Object.fromEntries(headers)).toMatchObject({ 'X-A': '1' });
        expect(Object.keys(Object.fromEntries(headers))).not.toContain('Authorization');
        const own = (await manager.request('GET', url, { headers: { 'X-B': '2' } })).json<Echo>();
        expect(Object.fromEntries(own.headers)).toMatchObject({ 'X-B': '2' });
        expect(Object.keys(Object.fromEntries(own.headers))).not.toContain('X-A');
      },
      { headers: { 'X-A': '1' } },
    );
  });

  it('follows redirects as often as retries allow, and keeps secrets from other hosts', async () => {
    await using other = await startHttpServer(echo);
    await withServer(
      (request, response) => {
        if (request.url === '/loop') response.writeHead(302, { Location: '/loop' }).end();
        else if (request.url === '/see') response.writeHead(303, { Location: '/echo' }).end();
        else if (request.url === '/other') response.writeHead(307, { Location: other.url }).end();
        else echo(request, response);
      },
      async (manager, url) => {
        const see = (await manager.request('POST', `${url}/see`, { body: 'x' })).json<Echo>();
        expect([see.method, see.url, see.body]).toEqual(['GET', '/echo', '']);
        const headers = { Authorization: 'secret', 'X-A': '1' };
        const moved = (await manager.request('PUT', `${url}/other`, { body: 'x', headers })).json<Echo>();
        expect([moved.method, moved.body]).toEqual(['PUT', 'x']);
        expect(Object.fromEntries(moved.headers)).toMatchObject({ 'X-A': '1' });
        expect(Object.keys(Object.fromEntries(moved.headers))).not.toContain('Authorization');
        expect((await manager.request('GET', `${url}/see`, { redirect: false })).status).toBe(303);
        expect((await manager.request('GET', `${url}/see`, { retries: false })).status).toBe(303);
        await expect(manager.request('GET', `${url}/loop`)).rejects.toThrow(exceptions.MaxRetryError);
        const kept = await manager.request('GET', `${url}/loop`, {
          retries: new Retry(1, { raise_on_redirect: false }),
        });
        expect(kept.status).toBe(302);
      },
    );
  });

  it("fails with urllib3's exceptions", async () => {
    const manager = new urllib3.PoolManager();
    const gone = await startHttpServer(echo);
    await gone[Symbol.asyncDispose]();
    await expect(manager.request('GET', gone.url)).rejects.toThrow(exceptions.MaxRetryError);
    await expect(manager.request('GET', gone.url, { retries: false })).rejects.toThrow(
      exceptions.NewConnectionError,
    );
    await expect(manager.request('GET', 'http://')).rejects.toThrow(exceptions.LocationParseError);
    await withServer(
      (_request, response) => {
        response.writeHead(200, { 'Content-Length': 10 }).write('abc');
        response.socket?.end();
      },
      async (own, url) => {
        await expect(own.request('GET', url)).rejects.toThrow(exceptions.ProtocolError);
      },
    );
    await withServer(
      () => undefined,
      async (own, url) => {
        await expect(own.request('GET', url, { timeout: 0.05, retries: 0 })).rejects.toThrow(
          exceptions.MaxRetryError,
        );
        const controller = new AbortController();
        const request = own.request('GET', url, { signal: controller.signal });
        controller.abort();
        await expect(request).rejects.toThrow('aborted');
      },
    );
  });
});

it('NaN is a TypeError wherever a number counts or waits', () => {
  for (const name of [
    'total',
    'connect',
    'read',
    'redirect',
    'status',
    'other',
    'retry_after_max',
  ] as const) {
    expect(() => new Retry({ [name]: NaN }), name).toThrow(
      new TypeError(`Retry(): ${name} must be a number, not NaN`),
    );
  }
  for (const name of ['backoff_factor', 'backoff_max', 'backoff_jitter'] as const) {
    expect(() => new Retry(3, { [name]: NaN }), name).toThrow(TypeError);
  }
  expect(() => new adapters.HTTPAdapter({ max_retries: NaN })).toThrow(TypeError);
  expect(() => new urllib3.PoolManager({ maxsize: NaN })).toThrow(
    new TypeError('maxsize must be a number, not NaN'),
  );
  expect(() => new urllib3.PoolManager({ num_pools: NaN })).toThrow(TypeError);
});
