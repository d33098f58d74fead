/** What other libraries that wait for a thread get wrong, as far as the other tests of this folder do not show it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  BrokenExecutor,
  concurrent,
  FuturesSession,
  ProcessPoolExecutor,
  requests,
  Session,
  ThreadPoolExecutor,
  time,
  TimeoutError,
} from 'requests-futures/blocking';
import * as tasks from '../fixtures/tasks.mjs';
import { Fault, makeStuck } from './fixtures/faults.mjs';
import { FarServer, runScript } from './server.js';

let server: FarServer;

beforeAll(async () => {
  server = await FarServer.start();
});

afterAll(() => server.close());

const dist = new URL('../../dist/src/', import.meta.url);

const fault = (kind: string): { params: never } => ({ params: new Fault(kind) as never });

describe('a gateway', () => {
  test('goes on when something is rejected in it that no one waits for', () => {
    const logged: string[] = [];
    const logger = concurrent.futures.set_logger({
      log: (_level, _name, message) => void logged.push(message),
    });
    const future = new FuturesSession().get(`${server.url}/slow?ms=50`);
    requests.get(`${server.url}/echo`, fault('reject'));
    expect(future.result().status_code).toBe(200);
    concurrent.futures.set_logger(logger);
    expect(logged).toEqual(['Unhandled rejection in the gateway thread']);
  });

  test('that ends while the loop turns fails its futures with the cause', async () => {
    const future = new FuturesSession().get(`${server.url}/never`, fault('throw'));
    await new Promise((resolve) => {
      future.add_done_callback(resolve);
    });
    const error = future.exception() as Error;
    expect(error).toBeInstanceOf(BrokenExecutor);
    expect((error.cause as Error).message).toBe('thrown where none waits');
  });
});

describe('a call', () => {
  test('that timed out has its request aborted, and one that result() gave up on goes on', () => {
    const session = new Session();
    expect(() => session.get(`${server.url}/never`, { timeout: [20, 0.1] })).toThrow(requests.ReadTimeout);
    server.log();
    while (server.log().most > 0) time.sleep(0.01);
    const future = new FuturesSession().get(`${server.url}/slow?ms=1500&n=1`);
    expect(() => future.result(0.05)).toThrow(TimeoutError);
    expect(future.result().text).toBe('slow 1');
  });

  test('is woken by its answer: never late, and never by a wait without an end', () => {
    using executor = new ThreadPoolExecutor(1);
    const wait = vi.spyOn(Atomics, 'wait');
    for (let n = 0; n < 3_000; n += 1) expect(executor.queued).toBe(0);
    expect(wait.mock.results.filter(({ value }) => value === 'timed-out')).toEqual([]);
    expect(wait.mock.calls.length).toBeGreaterThan(0);
    expect(wait.mock.calls.every(([, , , milliseconds]) => (milliseconds as number) <= 1000)).toBe(true);
  });

  test('whose result, or error, cannot be cloned fails alone', () => {
    using executor = new ProcessPoolExecutor(1);
    expect(() => executor.submit(tasks.returnUncloneable, 'function').result()).toThrow(/Cannot pickle/);
    expect(() => executor.submit(makeStuck).result()).toThrow('stuck in the gateway');
    expect(executor.submit(tasks.add, 1, 2).result()).toBe(3);
    const session = new Session();
    expect(() => session.get(`${server.url}/echo`, fault('uncloneable'))).toThrow('odd');
    expect(session.get(`${server.url}/echo`).status_code).toBe(200);
  });

  test('runs no timer, no promise callback and no event of the caller’s', async () => {
    const seen: string[] = [];
    setTimeout(() => seen.push('timer'), 0);
    setImmediate(() => seen.push('immediate'));
    process.nextTick(() => seen.push('tick'));
    void Promise.resolve().then(() => seen.push('promise'));
    requests.get(`${server.url}/slow?ms=20`);
    time.sleep(0.02);
    expect(seen).toEqual([]);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
    expect(seen.sort()).toEqual(['immediate', 'promise', 'tick', 'timer']);
  });
});

test('fake timers, which stand still while a thread waits, hold up no wait', () => {
  vi.useFakeTimers();
  try {
    time.sleep(0.01);
    using session = new FuturesSession();
    const never = session.get(`${server.url}/never`);
    expect(() => never.result(0.01)).toThrow(TimeoutError);
    expect(() => [...concurrent.futures.as_completed([never], 0.01)]).toThrow(TimeoutError);
    expect(concurrent.futures.wait([never], 0.01).not_done.size).toBe(1);
    expect(() => requests.get(`${server.url}/never`, { timeout: [20, 0.05] })).toThrow(requests.ReadTimeout);
    never.abort();
  } finally {
    vi.useRealTimers();
  }
});

describe('a script without one turn of the loop', () => {
  test('keeps nothing of the responses and hooks that it is done with', async () => {
    const { stdout } = await runScript(
      `const session = new Session();
       const used = (count) => {
         for (let n = 0; n < count; n += 1) {
           const large = new Array(500).fill(n);
           session.get(BASE + '/bytes?n=2000', { hooks: { response: () => void large } });
         }
         gc();
         return process.memoryUsage().heapUsed;
       };
       used(200);
       const before = used(50);
       console.log((used(500) - before) / 500 < 500);`,
      { url: server.url, node: ['--expose-gc'] },
    );
    expect(stdout).toBe('true\n');
  }, 60_000);

  test('may leave its sessions open: of many, the oldest lose their connections', () => {
    const before = server.connections();
    for (let n = 0; n < 400; n += 1) new Session().get(`${server.url}/echo`);
    expect(server.connections() - before).toBeLessThanOrEqual(258);
  }, 60_000);
});

describe('a program', () => {
  test('shows what the gateway logs in its own order, also when it exits at once', async () => {
    const { stderr } = await runScript(
      `requests.urllib3.add_stderr_logger('warning');
       const session = new Session();
       session.mount('http://', new requests.HTTPAdapter({ max_retries: 1 }));
       console.error('a');
       try { session.get('http://127.0.0.1:1/'); } catch { console.error('b'); }
       process.exit();`,
    );
    expect(stderr).toMatch(/^a\n.* WARNING Retrying .*\n(?:.*\n)*b\n$/);
  });

  test('ends at once by Ctrl-C, also while it waits', async () => {
    const { code, signal, stdout } = await runScript(
      `console.log('waiting', process.listenerCount('SIGINT')); requests.get(BASE + '/never');`,
      { url: server.url, interruptAt: 'waiting' },
    );
    expect({ code, signal, stdout }).toEqual({ code: null, signal: 'SIGINT', stdout: 'waiting 0\n' });
  });

  test('that listens for Ctrl-C hears of it when the call returns', async () => {
    const { code, stdout } = await runScript(
      `process.on('SIGINT', () => { console.log('heard'); clearInterval(open); });
       // On a machine that is busy the signal may come later.
       const open = setInterval(() => undefined, 1000);
       requests.get(BASE + '/echo');
       console.log('waiting');
       console.log(requests.get(BASE + '/slow?ms=300&n=1').text);`,
      { url: server.url, interruptAt: 'waiting' },
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'waiting\nslow 1\nheard\n' });
  });

  test('runs its preloads in its own thread alone', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'blocking-'));
    try {
      const preload = path.join(folder, 'preload.mjs');
      const log = path.join(folder, 'log');
      writeFileSync(
        preload,
        `import { appendFileSync } from 'node:fs';\nappendFileSync(${JSON.stringify(log)}, 'loaded ');`,
      );
      const { stdout } = await runScript(`console.log(requests.get(BASE + '/echo').status_code);`, {
        url: server.url,
        node: ['--import', pathToFileURL(preload).href],
        env: { NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` },
      });
      expect(stdout).toBe('200\n');
      expect(readFileSync(log, 'utf8')).toBe('loaded ');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('may call in a worker of a worker, with data of its own', async () => {
    const { stdout } = await runScript(
      `import { Worker } from 'node:worker_threads';
       const inner = \`import { writeSync } from 'node:fs';
         import { workerData } from 'node:worker_threads';
         import('requests-futures/blocking').then(({ requests }) => {
           writeSync(1, workerData.port + ' ' + requests.get(workerData.url).status_code);
         });\`;
       const outer = \`import { Worker, workerData } from 'node:worker_threads';
         new Worker(workerData.inner, { eval: true, workerData });\`;
       new Worker(outer, { eval: true, workerData: { inner, url: BASE + '/echo', port: 'mine' } });`,
      { url: server.url },
    );
    expect(stdout).toBe('mine 200');
  });
});

/** The files that `file` imports when it is loaded, and those that these import. */
function loadedBy(file: URL, found = new Set<string>()): Set<string> {
  if (found.has(file.href)) return found;
  found.add(file.href);
  const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^;]*?["'](\.[^"']+)["'];/gm);
  for (const [, specifier] of imports) loadedBy(new URL(specifier as string, file), found);
  return found;
}

test.each(['start-gateway', 'watchdog'])(
  'a thread that starts beside this one loads nothing but itself first: %s',
  (name) => {
    const source = readFileSync(new URL(`../workers/${name}.cjs`, dist), 'utf8');
    expect([...source.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual([
      'node:worker_threads',
    ]);
  },
);

test('the gateway is started before this thread runs `requests`, which takes longer than all before it', () => {
  const files = [...loadedBy(new URL('chunk-blocking-connection.js', dist))].map((href) =>
    path.basename(href),
  );
  expect(files).toContain('chunk-builtins.js');
  expect(files).not.toContain('chunk-requests.js');
});

describe('a program that imports this door and never calls', () => {
  test('ends by itself, at once, with nothing to see', async () => {
    const { code, stdout, stderr } = await runScript(`console.log(typeof requests.get);`);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'function\n', stderr: '' });
  });

  test('is not disturbed where its thread may not wait, which is an error of the first call', async () => {
    const { code, stdout } = await runScript(
      `const { requests } = await import('requests-futures/blocking');
       console.log('imported');
       try { requests.get('http://127.0.0.1:1/'); } catch (error) { console.log(error.name, error.message); }`,
      { doors: `Atomics.wait = () => { throw new TypeError('cannot be called in this context'); };` },
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^imported\nRuntimeError .*Atomics\.wait.*use the awaited calls of 'requests-futures'/,
    );
  });
});

test('what the program sets in its environment between import and first call counts', async () => {
  const { stdout } = await runScript(
    `process.env.http_proxy = 'http://127.0.0.1:1';
     try { requests.get('http://example.invalid/'); } catch (error) { console.log(error.name); }`,
  );
  expect(stdout).toBe('ProxyError\n');
});

describe('the other doors', () => {
  const door = (name: string): string[] =>
    [...loadedBy(new URL(name, dist))].map((href) => path.relative(fileURLToPath(dist), fileURLToPath(href)));

  test.each(['index.js', 'requests/index.js', 'concurrent-futures/index.js', 'bullmq/index.js'])(
    'load nothing of this one: %s',
    (name) => {
      expect(door('blocking/index.js').filter((file) => file.includes('blocking')).length).toBeGreaterThan(2);
      expect(door(name).filter((file) => file.includes('blocking'))).toEqual([]);
    },
  );
});
