import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handwrittenPages, linksOf } from '../docs/markdown.js';
import { InstalledPackage, ROOT, run } from '../helpers/installed-package.js';
import { readmeSources } from './readme.js';

const installation = new InstalledPackage();
const { project, folder: installed } = installation;

beforeAll(() => installation.install(['@types/node']), 60_000);

afterAll(() => {
  installation[Symbol.dispose]();
});

/** The pages for users: those of the site, which leaves out what is for contributors. */
const guides = handwrittenPages(ROOT)
  .filter((page) => !['docs/life-of-a-request.md', 'docs/rules.md'].includes(page))
  .map((page) => path.normalize(page));

/** Runs a program in the project and gives what it prints as JSON. */
async function evaluate(kind: 'module' | 'commonjs', program: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, [`--input-type=${kind}`, '--eval', program], {
    cwd: project,
  });
  return JSON.parse(stdout);
}

describe('the packed package', () => {
  test('holds what is built and the documents, and nothing else', () => {
    const files = readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(installed, path.join(entry.parentPath, entry.name)));
    const built =
      /^dist\/(?:(?:src|workers)\/.+\.(?:js|d\.ts|js\.map)|workers\/(?:start-gateway|watchdog)\.cjs)$/;
    expect(files.filter((file) => !built.test(file)).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      ...guides.toSorted(),
      'package.json',
    ]);
    expect(files).toContain('dist/src/index.js');
  });

  test('every link of its documents leads to one of its files', () => {
    const pages = ['README.md', ...guides];
    const links = pages.flatMap((page) =>
      linksOf(readFileSync(path.join(installed, page), 'utf8')).map((link) => path.join(page, '..', link)),
    );
    const files = links.filter((link) => !/https?:/.test(link)).map((link) => link.replace(/#.*/, ''));
    expect(files).toContain(path.normalize('docs/porting.md'));
    expect(files.filter((file) => !existsSync(path.join(installed, file)))).toEqual([]);
  });

  test('every entry point can be imported', async () => {
    expect(
      await evaluate(
        'module',
        `const [main, requests, futures] = await Promise.all([
          import('requests-futures'), import('requests-futures/requests'), import('requests-futures/concurrent-futures'),
        ]);
        console.log(JSON.stringify([
          typeof main.FuturesSession, typeof requests.get, typeof futures.Future,
          main.FuturesSession.prototype instanceof requests.Session, main.Future === futures.Future,
        ]));`,
      ),
    ).toEqual(['function', 'function', 'function', true, true]);
  });

  test('classes and functions are called what they are exported as, unless they have two names', async () => {
    expect(
      await evaluate(
        'module',
        `const doors = ['', '/requests', '/concurrent-futures'].map((door) => import('requests-futures' + door));
        const namespaces = ['adapters', 'auth', 'cookies', 'exceptions', 'models', 'structures', 'utils'];
        const others = new Set();
        const look = (exported) => {
          for (const [name, value] of Object.entries(exported)) {
            if (typeof value === 'function' && value.name !== name) others.add(name + ' is ' + value.name);
            if (namespaces.includes(name)) look(value);
          }
        };
        (await Promise.all(doors)).forEach(look);
        console.log(JSON.stringify([...others].sort()));`,
      ),
    ).toEqual([
      'Error is FuturesError',
      'ProcessPoolExecutor is WorkerPoolExecutor',
      'ThreadPoolExecutor is AsyncPoolExecutor',
      '_basic_auth_str is basicAuthHeader',
      'delete is del',
      'set_logger is setLogger',
    ]);
  });

  test('stack traces name methods, and lead to the sources where source maps are switched on', async () => {
    const program = `import { PreparedRequest } from 'requests-futures';
      try { new PreparedRequest().prepare({ method: 'GET', url: 'nowhere' }) } catch (error) { console.log(error.stack) }`;
    const args = ['--input-type=module', '--eval', program];
    const { stdout: plain } = await run(process.execPath, args, { cwd: project });
    expect(plain).toMatch(/at PreparedRequest\.prepare_url \(file:.*\/dist\/src\/.+\.js:\d+:\d+\)/);
    expect(
      Math.max(...plain.split('\n').map((line) => Number(/:(\d+)\)$/.exec(line)?.[1] ?? 0))),
    ).toBeLessThan(200);

    const { stdout: mapped } = await run(process.execPath, ['--enable-source-maps', ...args], {
      cwd: project,
    });
    const frame =
      /at PreparedRequest\.prepare_url \(.*src\/requests\/models\/prepared-request\.ts:(\d+):\d+\)/.exec(
        mapped,
      );
    const sourceLines = readFileSync(
      path.join(ROOT, 'src/requests/models/prepared-request.ts'),
      'utf8',
    ).split('\n');
    expect(sourceLines[Number(frame?.[1]) - 1]).toContain('prepare_url(');
  });

  test('CommonJS can require it', async () => {
    expect(
      await evaluate(
        'commonjs',
        `const { FuturesSession } = require('requests-futures');
        const { Session } = require('requests-futures/requests');
        const { AsyncPoolExecutor } = require('requests-futures/concurrent-futures');
        console.log(JSON.stringify([new FuturesSession() instanceof Session, typeof AsyncPoolExecutor]));`,
      ),
    ).toEqual([true, 'function']);
  });

  test('what is not exported cannot be reached', async () => {
    await expect(evaluate('module', "await import('requests-futures/dist/src/index.js')")).rejects.toThrow(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    );
  });

  test('loading it loads no heavy or optional package', async () => {
    const loaded = await evaluate(
      'module',
      `await Promise.all(['', '/requests', '/concurrent-futures'].map((door) => import('requests-futures' + door)));
      const { createRequire } = await import('node:module');
      const files = Object.keys(createRequire(import.meta.url).cache);
      console.log(JSON.stringify(files.map((file) => file.replaceAll('\\\\', '/'))));`,
    );
    // node-domexception is what node-fetch loads by `require`: ES modules are not listed here.
    const heavy =
      /node_modules\/(bullmq|https-proxy-agent|iconv-lite|node-domexception|piscina|socks|tough-cookie|tr46|undici)/;
    expect((loaded as string[]).filter((file) => heavy.test(file))).toEqual([]);
  });

  test.each([
    ['ES modules', 'main.mjs'],
    ['CommonJS modules', 'main.cjs'],
    ['both', 'mixed.cjs'],
  ])(
    'its threads import hooks from the modules of a project in plain JavaScript: %s',
    async (_kind, main) => {
      cpSync(path.join(ROOT, 'test/package/fixtures'), path.join(project, 'threads'), { recursive: true });
      const { stdout, stderr } = await run(process.execPath, [path.join('threads', main)], { cwd: project });
      expect({ ...(JSON.parse(stdout) as object), stderr }).toEqual({
        rows: Array.from({ length: 20 }, () => 3),
        total: 3,
        refused: 'Cannot pickle function.',
        // Node 20 warns of ES modules that are require()d.
        stderr: expect.not.stringContaining('Error') as string,
      });
    },
  );

  describe('put into one file by a bundler that leaves out what is not used', () => {
    /** Bundles a program of the project and gives the path of the file, beside the package's own, as references are relative to it. */
    async function bundle(program: string): Promise<string> {
      const dir = path.join(installed, 'dist/app');
      const input = path.join(project, 'app.mjs');
      writeFileSync(input, program);
      const app = await rolldown({
        input,
        platform: 'node',
        external: (id) => /^[a-z@]/.test(id) && !id.startsWith('requests-futures') && id !== input,
      });
      await app.write({ dir, format: 'es', codeSplitting: false });
      await app.close();
      return path.join(dir, 'app.js');
    }

    test('it still lets sessions, requests and responses cross to a thread', async () => {
      const file = await bundle(`
        import { createServer } from 'node:http';
        import { FuturesSession, Response, WorkerPoolExecutor } from 'requests-futures';
        const server = createServer((request, response) => {
          response.setHeader('set-cookie', 'seen=' + request.headers.authorization);
          response.end(request.url);
        });
        await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
        const executor = new WorkerPoolExecutor({ max_workers: 1 });
        const session = new FuturesSession({ executor });
        session.auth = ['user', 'password'];
        const found = [];
        for (const path of ['/1', '/2']) {
          const response = await session.get('http://127.0.0.1:' + server.address().port + path);
          found.push(response instanceof Response, response.text, response.connection === session.adapters.get('http://'));
        }
        console.log(JSON.stringify([...found, session.cookies.get('seen')]));
        await executor.shutdown();
        server.close();
      `);
      const { stdout } = await run(process.execPath, [file], { cwd: project });
      const credentials = `Basic ${Buffer.from('user:password').toString('base64')}`;
      expect(JSON.parse(stdout)).toEqual([true, '/1', true, true, '/2', true, credentials]);
    });

    test('it has nothing of HTTP in a program that uses futures alone', async () => {
      const file = await bundle(`
        import { Future } from 'requests-futures';
        const future = new Future();
        future.set_result('done');
        console.log(JSON.stringify(await future));
      `);
      const { stdout } = await run(process.execPath, [file], { cwd: project });
      expect(JSON.parse(stdout)).toBe('done');
      expect(readFileSync(file, 'utf8')).not.toContain('HTTPAdapter');
    });

    test('every class exists once in a thread that the main door and a reference lead to', async () => {
      const program = `
        import * as door from 'requests-futures';
        const again = await import(new URL('index.js#src/futures-session/crossing', ${JSON.stringify(pathToFileURL(path.join(installed, 'dist/src/')).href)}).href);
        console.log(JSON.stringify(Object.keys(door).filter((name) => door[name] !== again[name])));`;
      expect(await evaluate('module', program)).toEqual([]);
    });
  });

  test('its types satisfy the strictest consumer, and every line of the README compiles', {
    timeout: 60_000,
  }, () => {
    copyFileSync(path.join(ROOT, 'test/package/consumer.ts'), path.join(project, 'consumer.ts'));
    const readme = Object.entries(readmeSources(ROOT));
    expect(readme.length).toBeGreaterThan(4);
    for (const [name, text] of readme) writeFileSync(path.join(project, name), text);
    writeFileSync(
      path.join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'ES2023',
          lib: ['ES2023', 'ESNext.Disposable'],
          module: 'NodeNext',
          types: ['node'],
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          skipLibCheck: false,
          noEmit: true,
        },
        include: ['*.ts'],
      }),
    );
    const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});
