import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BrokenExecutor, Future, FuturesSession, requests, Session } from 'requests-futures/blocking';
import { Fault } from './fixtures/faults.mjs';
import { FarServer, runScript } from './server.js';

let server: FarServer;

beforeAll(async () => {
  server = await FarServer.start();
});

afterAll(() => server.close());

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('a gateway that ends', () => {
  test.each(['exit', 'throw'])(
    'is an error of the call that was on its way, and the next has a new one: %s',
    (kind) => {
      const session = new Session();
      expect(session.get(`${server.url}/echo`).status_code).toBe(200);
      let error: unknown;
      try {
        session.get(`${server.url}/never`, { params: new Fault(kind) as never });
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(BrokenExecutor);
      expect((error as Error).message).toMatch(/gateway thread was terminated abruptly/);
      expect((error as Error).cause).toBeInstanceOf(Error);
      expect(session.get(`${server.url}/echo`).status_code).toBe(200);
    },
  );

  test('out of memory is an error, too, and names it', async () => {
    const { stdout, code } = await runScript(
      `const { Fault } = await import(${JSON.stringify(new URL('fixtures/faults.mjs', import.meta.url).href)});
       const session = new Session();
       try { session.get(BASE + '/never', { params: new Fault('memory') }); }
       catch (error) { console.log(error instanceof BrokenExecutor, error.cause.code); }
       console.log(session.get(BASE + '/echo').status_code);`,
      { url: server.url, node: ['--max-old-space-size=64'] },
    );
    expect(stdout).toBe('true ERR_WORKER_OUT_OF_MEMORY\n200\n');
    expect(code).toBe(0);
  }, 60_000);

  test.each([
    ['the first call, which takes long', `requests.get(BASE + '/never');`],
    [
      'the second',
      `const session = new FuturesSession(); session.get(BASE + '/never'); session.get(BASE + '/never').result();`,
    ],
  ])(
    'when there can be no thread for its watchdog is an error of %s, and the process ends',
    async (_call, source) => {
      const { stdout, code } = await runScript(
        `const workers = (await import('node:worker_threads')).default;
       const { Worker } = workers;
       workers.Worker = class extends Worker {
         constructor(url, options) {
           if (url.href.includes('watchdog')) throw new Error('no more threads');
           super(url, options);
         }
       };
       (await import('node:module')).syncBuiltinESMExports();
       const { FuturesSession, requests } = await import('requests-futures/blocking');
       try { ${source} }
       catch (error) { console.log(error.name, error.cause.message); }`,
        { url: server.url, doors: '' },
      );
      expect([stdout, code]).toEqual(['BrokenExecutor no more threads\n', 0]);
    },
    60_000,
  );

  test.each([
    ['without a watchdog', 0, 'blocked'],
    ['with a watchdog', 2, 'blocked'],
    ['without a watchdog', 0, 'its loop'],
    ['with a watchdog', 2, 'its loop'],
  ])(
    'is an error before its thread has come to an end: %s, after %i calls, for a caller in %s',
    async (_title, before, where) => {
      const { stdout, code } = await runScript(
        `const { Fault } = await import(${JSON.stringify(new URL('fixtures/faults.mjs', import.meta.url).href)});
         const hold = new Int32Array(new SharedArrayBuffer(4));
         for (let count = 0; count < ${before}; count += 1) requests.get(BASE + '/echo');
         const future = new FuturesSession().get(BASE + '/never', { params: new Fault('exit', hold) });
         if ('${where}' === 'its loop') await new Promise((resolve) => future.add_done_callback(resolve));
         console.log(future.exception().name, future.exception().cause.message);
         console.log(requests.get(BASE + '/echo').status_code);
         Atomics.store(hold, 0, 1);
         Atomics.notify(hold, 0);`,
        { url: server.url },
      );
      expect([stdout, code]).toEqual(['BrokenExecutor the gateway thread exited with code 7\n200\n', 0]);
    },
    60_000,
  );

  test('leaves a wait to the calls that callbacks make after that', () => {
    const whole = new Future<number>();
    const session = new FuturesSession();
    session.get(`${server.url}/never`, { params: new Fault('exit') as never }).add_done_callback(() => {
      session.get(`${server.url}/echo`).add_done_callback((future) => {
        whole.set_result(future.result().status_code);
      });
    });
    expect(whole.result(50)).toBe(200);
  }, 60_000);

  test.each([
    ['before it has a watchdog', 0],
    ['after that', 2],
  ])('is an error of what the event loop waits for: %s', async (_title, before) => {
    const { stdout, code } = await runScript(
      `const { Fault } = await import(${JSON.stringify(new URL('fixtures/faults.mjs', import.meta.url).href)});
       for (let count = 0; count < ${before}; count += 1) requests.get(BASE + '/echo');
       const future = new FuturesSession().get(BASE + '/never', { params: new Fault('exit') });
       future.add_done_callback(() => console.log(future.exception().name, future.exception().cause.message));`,
      { url: server.url },
    );
    expect([stdout, code]).toEqual(['BrokenExecutor the gateway thread exited with code 7\n', 0]);
  });

  test.each([
    ['gateway.js', /^BrokenExecutor .*Cannot find module/],
    ['start-gateway.cjs', /^BrokenExecutor .*could not be started/],
  ])('that cannot be loaded is an error at once: without %s', async (file, expected) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'blocking-'));
    try {
      cpSync(path.join(root, 'dist'), path.join(folder, 'dist'), { recursive: true });
      cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
      symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
      rmSync(path.join(folder, 'dist/workers', file));
      const script = path.join(folder, 'script.mjs');
      writeFileSync(
        script,
        `import { requests } from 'requests-futures/blocking';
         try { requests.get('http://127.0.0.1:1/'); } catch (error) { console.log(error.name, error.message); }`,
      );
      const stdout = await new Promise<string>((resolve) => {
        execFile(process.execPath, [script], { timeout: 20_000 }, (_error, out) => {
          resolve(out);
        });
      });
      expect(stdout).toMatch(expected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a call', () => {
  test('whose arguments cannot cross is refused, and the next is fine', () => {
    expect(() => requests.get(`${server.url}/echo`, { params: { a: new WeakMap() as never } })).toThrow(
      /Cannot pickle/,
    );
    expect(requests.get(`${server.url}/echo`).status_code).toBe(200);
  });

  test('that timed out is aborted, and its answer does not become that of the next', () => {
    const session = new Session();
    expect(() => session.get(`${server.url}/slow?ms=300`, { timeout: 0.1 })).toThrow(requests.ReadTimeout);
    for (let n = 0; n < 5; n += 1) {
      expect(session.get(`${server.url}/slow?ms=80&n=${n}`).text).toBe(`slow ${n}`);
    }
  });

  test('may be made by a hook of another, and by a hook of that', () => {
    const session = new Session();
    const seen: string[] = [];
    const inner = (response: requests.Response): void => {
      seen.push(`inner ${response.url.slice(server.url.length)}`);
      seen.push(session.get(`${server.url}/slow?ms=1&n=deep`).text);
    };
    session.get(`${server.url}/echo?outer`, {
      hooks: {
        response: (response) => {
          seen.push(`outer ${response.status_code}`);
          session.get(`${server.url}/echo?inner`, { hooks: { response: inner } });
        },
      },
    });
    expect(seen).toEqual(['outer 200', 'inner /echo?inner', 'slow deep']);
  });
});

describe('a program', () => {
  test('ends by itself, with all that was submitted sent, and its callbacks called', async () => {
    const { stdout, code } = await runScript(
      `const session = new FuturesSession({ max_workers: 2 });
       for (let n = 0; n < 5; n += 1) {
         session.get(BASE + '/slow?ms=30&n=' + n, { hooks: { response: (r) => { console.log('hook', n); } } })
           .add_done_callback((future) => { console.log('done', future.result().text); });
       }
       console.log('end of script');`,
      { url: server.url },
    );
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe('end of script');
    expect(stdout.match(/hook/g)).toHaveLength(5);
    expect(stdout.match(/done slow/g)).toHaveLength(5);
  });

  test('is not held by what Node prints in the gateway, such as the warning of what is deprecated', async () => {
    const { stdout, code } = await runScript(
      `const future = new FuturesSession().get(BASE + '/echo', { background_callback: () => 'mine' });
       console.log(future.result());
       // Time for what was printed to arrive.
       setTimeout(() => console.log('end'), 300);`,
      { url: server.url },
    );
    expect({ stdout, code }).toEqual({ stdout: 'mine\nend\n', code: 0 });
  });

  test('is not held by an idle gateway, an open session, or an unread stream', async () => {
    const { stdout, code } = await runScript(
      `const session = new Session();
       session.get(BASE + '/echo');
       session.get(BASE + '/lines?n=1000000', { stream: true });
       console.log('end');`,
      { url: server.url },
    );
    expect(stdout).toBe('end\n');
    expect(code).toBe(0);
  });

  test('that exits drops what is under way', async () => {
    const { code, stdout } = await runScript(
      `new FuturesSession().get(BASE + '/never'); console.log('bye'); process.exit(3);`,
      { url: server.url },
    );
    expect({ code, stdout }).toEqual({ code: 3, stdout: 'bye\n' });
  });

  test('prints in its own order, also what is warned of in the gateway', async () => {
    const { stdout, stderr } = await runScript(
      `console.log('a'); requests.get(BASE + '/echo'); console.log('b');`,
      { url: server.url, env: { NODE_OPTIONS: '--trace-warnings' } },
    );
    expect(stdout).toBe('a\nb\n');
    expect(stderr).toBe('');
  });

  test('may have options that a thread could not be started with', async () => {
    const { stdout } = await runScript(`console.log(requests.get(BASE + '/echo').status_code);`, {
      url: server.url,
      node: ['--expose-gc', '--max-old-space-size=200', '--title=caller'],
      env: { NODE_OPTIONS: '--stack-trace-limit=20 --max-semi-space-size=8' },
    });
    expect(stdout).toBe('200\n');
  });

  test('sees changes of its environment in the next request', () => {
    const session = new Session();
    session.get(`${server.url}/echo`);
    process.env['http_proxy'] = 'http://127.0.0.1:1';
    try {
      expect(() => session.get('http://example.invalid/')).toThrow(requests.ProxyError);
    } finally {
      delete process.env['http_proxy'];
    }
    expect(() => session.get('http://example.invalid/')).toThrow(requests.ConnectionError);
    expect(session.get(`${server.url}/echo`).status_code).toBe(200);
  });

  test('that waits for a server of its own thread is told so', async () => {
    const { stderr } = await runScript(
      `import http from 'node:http';
       const server = http.createServer((_, response) => response.end());
       await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
       setTimeout(() => undefined, 0);
       new FuturesSession().get('http://127.0.0.1:' + server.address().port + '/').add_done_callback(() => undefined);
       const session = new FuturesSession();
       const future = session.get('http://127.0.0.1:' + server.address().port + '/');
       try { future.result(12); } catch (error) { console.error(error.name); }
       process.exit();`,
    );
    expect(stderr).toMatch(/cannot answer.*\n(?:.*\n)*TimeoutError/);
  }, 60_000);

  test('may be CommonJS', async () => {
    const { stdout, stderr } = await runScript(`console.log(requests.get(BASE + '/echo').status_code);`, {
      url: server.url,
      type: 'commonjs',
      node: ['--experimental-require-module', '--no-warnings'],
    });
    expect(stderr).toBe('');
    expect(stdout).toBe('200\n');
  });
});

describe('a caller that is a worker thread', () => {
  test('waits as the main thread does, ten of them at once', async () => {
    const { stdout, code } = await runScript(
      `import { Worker } from 'node:worker_threads';
       const source = \`import { workerData, parentPort } from 'node:worker_threads';
         import('requests-futures/blocking').then(({ Session }) => {
           const session = new Session();
           let total = 0;
           for (let n = 0; n < 5; n += 1) total += session.get(workerData + '/slow?ms=10').status_code;
           parentPort.postMessage(total);
         });\`;
       const totals = await Promise.all(Array.from({ length: 10 }, () => new Promise((resolve, reject) => {
         const worker = new Worker(source, { eval: true, workerData: BASE });
         worker.on('message', resolve); worker.on('error', reject);
       })));
       console.log(totals.every((total) => total === 1000), totals.length);`,
      { url: server.url },
    );
    expect(stdout).toBe('true 10\n');
    expect(code).toBe(0);
  }, 60_000);

  test('has a gateway of its own, which ends with it', async () => {
    await using own = await FarServer.start();
    const { stdout, code } = await runScript(
      `import { Worker } from 'node:worker_threads';
       const source = \`import { workerData, parentPort } from 'node:worker_threads';
         import('requests-futures/blocking').then(({ FuturesSession, Session }) => {
           new Session().get(workerData + '/echo');
           new FuturesSession().get(workerData + '/never');
           parentPort.postMessage('sent');
         });\`;
       const here = new Session();
       const worker = new Worker(source, { eval: true, workerData: BASE });
       await new Promise((resolve) => worker.once('message', resolve));
       while (here.get(BASE + '/_connections').json() < 3) time.sleep(0.01);
       await worker.terminate();
       while (here.get(BASE + '/_connections').json() > 1) time.sleep(0.01);
       console.log(here.get(BASE + '/echo').status_code);`,
      { url: own.url },
    );
    expect(stdout).toBe('200\n');
    expect(code).toBe(0);
  }, 60_000);
});
