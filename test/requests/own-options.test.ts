/** A polluted `Object.prototype` (a well-known hole of merging libraries) must add nothing to what is sent, and refuse nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  as_completed,
  AsyncPoolExecutor,
  FuturesSession,
  HTTPAdapter,
  Retry,
  wait,
  WorkerPoolExecutor,
} from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';

let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer((request, response) => {
    if (request.url === '/hop') response.writeHead(302, { Location: '/end' }).end();
    else response.setHeader('Set-Cookie', 'a=1').end('{"x":1}');
  });
});
afterAll(() => server.close());

/** Every name of an option, an entry of proxies or of hooks, of any call. */
const NAMES = [
  // Requests.
  ...['method', 'url', 'params', 'data', 'json', 'headers', 'cookies', 'files', 'auth', 'timeout'],
  ...['allow_redirects', 'proxies', 'hooks', 'stream', 'verify', 'cert', 'signal', 'max_response_size'],
  ...['max_retries', 'deadline', 'background_callback'],
  // What such an option has in it.
  ...[
    'http',
    'https',
    'all',
    'no',
    'no_proxy',
    'response',
    'total',
    'connect',
    'read',
    'Cookie',
    'Authorization',
  ],
  // Sessions, limits.
  ...[
    'executor',
    'max_workers',
    'session',
    'adapter_kwargs',
    'limits',
    'limit',
    'limit_per_host',
    'per_second',
  ],
  ...['per_minute', 'per_hour', 'per_day', 'per_month', 'burst', 'per_host', 'limit_statuses', 'max_delay'],
  ...['retry_after_max', 'adaptive', 'key', 'bucket_name', 'limiter'],
  // Adapters and pools.
  ...[
    'pool_connections',
    'pool_maxsize',
    'pool_block',
    'pool_idle_timeout',
    'fetch',
    'connections',
    'pipelining',
  ],
  ...[
    'allow_h2',
    'dispatcher',
    'num_pools',
    'maxsize',
    'block',
    'ssl_context',
    'ssl_minimum_version',
    'ca_certs',
  ],
  ...[
    'cert_file',
    'key_file',
    'cert_reqs',
    'assert_hostname',
    'server_hostname',
    'agent',
    'lookup',
    'localAddress',
  ],
  ...['socketPath', 'source_address', 'socket_options', 'path', 'host', 'port', 'protocol'],
  // Retry.
  ...['redirect', 'status', 'other', 'allowed_methods', 'status_forcelist', 'backoff_factor', 'backoff_max'],
  ...['backoff_jitter', 'raise_on_redirect', 'raise_on_status', 'history', 'respect_retry_after_header'],
  'remove_headers_on_redirect',
  // Executors and futures.
  ...['thread_name_prefix', 'initializer', 'initargs', 'threads', 'max_tasks_per_child', 'resource_limits'],
  ...['worker_url', 'chunksize', 'buffersize', 'wait', 'cancel_futures', 'return_when', 'on_progress'],
  // Bodies, cookies.
  ...[
    'chunk_size',
    'decode_unicode',
    'delimiter',
    'default',
    'domain',
    'overwrite',
    'preload_content',
    'retries',
  ],
  ...['fields', 'body', 'decode_content'],
];

/** What Node's own requests, sockets and their events stumble over, whoever makes them. */
const OF_NODE = ['timeout', 'signal', 'connect', 'read', 'session'];

/** Uses each door once, with as few options as it takes. */
async function use(): Promise<unknown> {
  const seen: unknown[] = [];
  const { url } = server;
  const note = (response: requests.Response): void => {
    seen.push(response.status_code, response.json(), response.history.length, response.cookies.get('a'));
  };
  const retry = new Retry({});
  seen.push(retry.total, retry.connect, retry.status_forcelist.size, retry.backoff_factor, new Retry(2).read);
  const timeout = new requests.urllib3.util.Timeout({});
  seen.push(timeout.total, timeout.connect_timeout);
  for (const adapter of [new HTTPAdapter({}), new HTTPAdapter(), new requests.UndiciAdapter({})]) {
    await using session = new requests.Session();
    session.mount('http://', adapter);
    note(await session.get(url));
    note(await session.get(url, {}));
    note(await session.get({ url: `${url}/hop` }));
    note(await session.request({ method: 'POST', url }));
    note(await session.send(session.prepare_request(new requests.Request('PUT', url))));
    note(await session.send(new requests.Request({ method: 'PATCH', url }).prepare(), {}));
    const streamed = await session.get(url, { stream: true });
    for await (const piece of streamed.iter_content({})) seen.push(String(piece));
  }
  note(await requests.get(url));
  const manager = new requests.urllib3.PoolManager({});
  seen.push((await manager.request('GET', url, {})).status);
  manager.clear();
  await using executor = new AsyncPoolExecutor({});
  await using pool = new WorkerPoolExecutor({});
  seen.push(pool.max_workers === new WorkerPoolExecutor().max_workers, executor.max_workers);
  for await (const value of executor.map((x: number) => x + 1, [1, 2], {})) seen.push(value);
  await using session = new FuturesSession({});
  session.limits = {};
  const futures = [session.get(url), session.post(url, {})];
  const { done } = await wait(futures, {});
  seen.push(done.size);
  for await (const future of as_completed(futures, {})) note(await future.result({}));
  await session.close({});
  await executor.shutdown({});
  return seen;
}

async function observed(): Promise<unknown> {
  server.requests.length = 0;
  const seen = await use();
  return {
    seen,
    sent: server.requests.map(({ method, url, headers, body }) => ({
      method,
      url,
      headers: { ...headers, host: null },
      body: String(body),
    })),
  };
}

/** Neither a number nor a text nor anything else that an option may be, and refused wherever options are checked. */
const poison = Object.assign(() => 'poison', { poison: 'value' });

test.each([
  ['of no kind', poison],
  ['an object', { 'X-Poison': 'http://127.0.0.1:1' }],
])(
  'names of options on Object.prototype change nothing: %s',
  async (_kind, value) => {
    const clean = await observed();
    const prototype = Object.prototype as Record<string, unknown>;
    const harmful: string[] = [];
    for (const name of NAMES.filter((each) => !OF_NODE.includes(each))) {
      Object.defineProperty(prototype, name, { value, enumerable: true, configurable: true, writable: true });
      let found: unknown;
      try {
        found = await observed();
      } catch (error) {
        found = error;
      } finally {
        Reflect.deleteProperty(prototype, name);
      }
      try {
        expect(found).toEqual(clean);
      } catch (error) {
        harmful.push(`${name}: ${String(found instanceof Error ? found.stack : error)}`);
      }
    }
    expect(harmful).toEqual([]);
  },
  120_000,
);
