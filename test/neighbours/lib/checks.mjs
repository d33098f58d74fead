/** What must work wherever the package is used: in a runtime, out of a bundle, in a test runner. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { as_completed, FuturesSession, ThreadPoolExecutor, WorkerPoolExecutor } from 'requests-futures';
import * as requests from 'requests-futures/requests';

/** A port of this machine at which nothing listens. */
async function deadPort() {
  const server = createServer();
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

/** `assert.rejects` calls a class of another realm as a function, which jest's are. */
async function rejects(promise, cls) {
  await assert.rejects(promise, (error) => {
    assert(error instanceof cls, `${cls.name} was expected: ${error?.stack ?? error}`);
    return true;
  });
}

/** Each check by what it says, for a server at `base`. */
export function checksOf(base) {
  return {
    async 'a GET gives JSON'() {
      const response = await requests.get(`${base}/json`, { params: { q: 'a b' } });
      assert.deepEqual(response.json(), { ok: true, query: { q: 'a b' } });
    },
    async 'a POST sends JSON'() {
      const response = await requests.post(`${base}/echo`, { json: { a: 1 } });
      assert.deepEqual(response.json(), { method: 'POST', body: '{"a":1}' });
    },
    async 'a generator is sent piece by piece'() {
      const pieces = function* () {
        yield 'one ';
        yield 'two';
      };
      const response = await requests.post(`${base}/echo`, { data: pieces() });
      assert.equal(response.json().body, 'one two');
    },
    async 'a redirect is followed'() {
      const response = await requests.get(`${base}/redirect`);
      assert.equal(response.json().query.from, 'redirect');
      assert.equal(response.history.length, 1);
    },
    async 'cookies are kept'() {
      const session = new requests.Session();
      await session.get(`${base}/cookies`);
      const response = await session.get(`${base}/headers`);
      assert.equal(response.json().cookie, 'session=abc');
      await session.close();
    },
    async 'gzip is decompressed'() {
      assert.deepEqual((await requests.get(`${base}/gzip`)).json(), { zipped: true });
    },
    async 'a charset of its own is decoded'() {
      assert.equal((await requests.get(`${base}/koi8-u`)).text, 'Київ');
    },
    async 'a body is read line by line'() {
      const response = await requests.get(`${base}/lines`, { stream: true });
      const lines = [];
      for await (const line of response.iter_lines(undefined, { decode_unicode: true }))
        lines.push(String(line));
      assert.deepEqual(lines, ['one', 'two', 'three']);
    },
    async 'a status is no error until it is asked for'() {
      const response = await requests.get(`${base}/missing`);
      assert.equal(response.status_code, 404);
      assert.throws(
        () => response.raise_for_status(),
        (error) => error instanceof requests.HTTPError,
      );
    },
    async 'a dead port is a ConnectionError'() {
      const port = await deadPort();
      await rejects(requests.get(`http://127.0.0.1:${port}/`), requests.ConnectionError);
    },
    async 'a reset is a ConnectionError'() {
      await rejects(requests.get(`${base}/reset`), requests.ConnectionError);
    },
    async 'a name that is nowhere is a ConnectionError'() {
      await rejects(requests.get('http://bücher.invalid/'), requests.ConnectionError);
    },
    async 'a dead SOCKS proxy is a ConnectionError'() {
      const proxies = { http: `socks5://127.0.0.1:${await deadPort()}` };
      await rejects(requests.get('http://bücher.test/', { proxies }), requests.ConnectionError);
    },
    async 'a worker thread runs a function, or the error says how to have it'() {
      const executor = new WorkerPoolExecutor({ max_workers: 1 });
      try {
        assert.equal(await executor.submit(parseInt, '12').result(), 12);
      } catch (error) {
        assert.match(`${error} ${error.cause}`, /keep requests-futures out of it .*external/);
      }
      await executor.shutdown();
    },
    async 'the blocking flavor answers without an await, or the error says how to have it'() {
      const blocking = await import('requests-futures/blocking');
      let answer;
      try {
        answer = blocking.requests.get(`${base}/json`).json();
      } catch (error) {
        assert.match(`${error} ${error.cause}`, /keep requests-futures out of it .*external/);
        return;
      }
      assert.deepEqual(answer, { ok: true, query: {} });
    },
    async 'a failure is tried again as a Retry says'() {
      const session = new requests.Session();
      session.mount('http://', new requests.HTTPAdapter({ max_retries: new requests.Retry({ total: 1 }) }));
      await assert.rejects(session.get(`http://127.0.0.1:${await deadPort()}/`), (error) => {
        return error instanceof requests.ConnectionError && /Max retries exceeded/.test(error.message);
      });
      await session.close();
    },
    async 'silence is a ReadTimeout'() {
      await rejects(requests.get(`${base}/silent`, { timeout: 0.2 }), requests.ReadTimeout);
    },
    async 'a signal aborts'() {
      const controller = new AbortController();
      const answer = requests.get(`${base}/silent`, { signal: controller.signal });
      controller.abort();
      await rejects(answer, requests.AbortError);
    },
    async 'futures come as they are completed'() {
      const session = new FuturesSession({ max_workers: 2 });
      const futures = ['/json', '/lines', '/gzip'].map((path) => session.get(base + path));
      const statuses = [];
      for await (const future of as_completed(futures)) statuses.push((await future.result()).status_code);
      assert.deepEqual(statuses, [200, 200, 200]);
      await session.close();
    },
    async 'an executor runs any function'() {
      const executor = new ThreadPoolExecutor(2);
      assert.equal(await executor.submit((a, b) => a + b, 1, 2).result(), 3);
      await executor.shutdown();
    },
  };
}

/** Runs them all; throws with everything that failed. */
export async function check(base, checks = checksOf(base)) {
  const failures = [];
  for (const [name, run] of Object.entries(checks)) {
    try {
      await run();
    } catch (error) {
      failures.push(`${name}: ${error?.stack ?? error}`);
    }
  }
  if (failures.length > 0) throw new Error(failures.join('\n\n'));
  console.log(`${Object.keys(checks).length} checks`);
}
