/**
 * `npm run neighbours -- [NAME]…`: the package beside what people use it with. Each folder here is a small project: it is copied
 * to an empty folder, installs the packed package as a user would, and runs its `check`. One line each; the last one counts.
 *
 * A project's package.json may name versions of Node in `"neighbour": { "node": ["22", "24"] }`; its check runs with each.
 * Without that it runs with the Node at hand. SERVER_URL is a server that answers (`lib/server.mjs`); `lib` is copied beside.
 */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
const root = path.join(here, '../..');
const limits = { install: 240_000, check: 120_000 };

interface Manifest {
  scripts: { check: string };
  dependencies?: Record<string, string>;
  neighbour?: { node?: readonly string[] };
}

interface Failure {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly message: string;
  readonly killed?: boolean;
}

async function pack(folder: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return path.join(folder, filename);
}

async function startServer(): Promise<{ server: ChildProcess; url: string }> {
  const server = fork(path.join(here, 'lib/server.mjs'));
  const { url } = await new Promise<{ url: string }>((resolve, reject) => {
    server.once('message', (message) => {
      resolve(message as { url: string });
    });
    server.once('error', reject);
  });
  return { server, url };
}

/** The environment of a project: nothing of npm's, nothing of the machine's proxies. */
function environment(url: string): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^npm_|_proxy$|_CA_BUNDLE$|^NODE_OPTIONS$/i.test(name),
  );
  return { ...Object.fromEntries(entries), SERVER_URL: url, CI: '1', NO_COLOR: '1' };
}

/** Null when everything held, else what was printed. */
async function checkProject(
  name: string,
  tarball: string,
  folder: string,
  url: string,
): Promise<string | null> {
  const project = path.join(folder, name);
  cpSync(path.join(here, name), project, { recursive: true });
  cpSync(path.join(here, 'lib'), path.join(project, 'lib'), { recursive: true });
  const manifest = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8')) as Manifest;
  manifest.dependencies = { ...manifest.dependencies, 'requests-futures': `file:${tarball}` };
  writeFileSync(path.join(project, 'package.json'), JSON.stringify(manifest));
  const env = environment(url);
  try {
    await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: project,
      env,
      timeout: limits.install,
    });
    for (const version of manifest.neighbour?.node ?? [null]) {
      const command = ['npm', 'run', '--silent', 'check'];
      const [program = '', ...args] =
        version === null ? command : ['npx', '-y', '-p', `node@${version}`, '--', ...command];
      await run(program, args, { cwd: project, env, timeout: limits.check, maxBuffer: 1 << 24 });
    }
    return null;
  } catch (error) {
    const { stdout = '', stderr = '', message, killed = false } = error as Failure;
    const why = killed ? `took longer than ${limits.check / 1000} s\n` : '';
    return `${why}${stdout}${stderr}`.trim() || message;
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

const all = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'lib')
  .map(({ name }) => name)
  .sort();
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`No such neighbour: ${unknown.join(', ')}. There are: ${all.join(', ')}`);
  process.exit(2);
}

const folder = mkdtempSync(path.join(tmpdir(), 'neighbours-'));
const { server, url } = await startServer();
let failed = 0;
const names = chosen.length > 0 ? chosen : all;
try {
  const tarball = await pack(folder);
  for (const name of names) {
    const start = performance.now();
    const failure = await checkProject(name, tarball, folder, url);
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.log(`${failure === null ? 'ok     ' : 'FAILED '} ${name} (${seconds} s)`);
    if (failure === null) continue;
    failed += 1;
    console.log(failure.split('\n').slice(-60).join('\n').replace(/^/gm, '    '));
  }
} finally {
  server.disconnect();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${names.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
