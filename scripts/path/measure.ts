/** Which files and functions of the package a warm request enters, found by V8's precise coverage. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A function that a request enters. */
export interface Entered {
  /** Its file, from the root of the repository: `src/requests/sessions/session.ts`. */
  readonly file: string;
  /** Its line there, from 1. */
  readonly line: number;
  /** Its name, as far as V8 has one. */
  readonly name: string;
}

/** What one kind of request enters. */
export interface Way {
  readonly name: string;
  /** The functions in the order of their first call: those of the thread that sends, then those of its worker thread. */
  readonly sides: readonly (readonly Entered[])[];
}

interface Recorded {
  readonly url: string;
  readonly name: string;
  readonly from: { readonly line: number; readonly column: number };
}

/** V8's names for what has none in the source. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['', '(anonymous)'],
  ['<instance_members_initializer>', '(fields)'],
]);

/** V8 of Node 22 ends the process at a breakpoint with a condition ("Check failed: IsStringSet(*block_list)"). */
export const canMeasurePaths = !process.versions.node.startsWith('22.');

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Sends one warm request in each way. The modules must have been compiled to `build/`.
 * @throws Error on Node 22, see {@link canMeasurePaths}
 */
export function measurePaths(): Way[] {
  if (!canMeasurePaths) throw new Error('Node 22 cannot follow a request; use another version');
  const copy = copyPackage();
  try {
    const recorder = pathToFileURL(path.join(copy, 'recorder.mjs')).href;
    const output = execFileSync(process.execPath, ['--import', recorder, path.join(copy, 'send.mjs')], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], PATH_FOLDER: pathToFileURL(path.join(copy, 'dist/')).href },
      maxBuffer: 2 ** 26,
      timeout: 300_000,
    });
    const recorded = JSON.parse(output) as Record<string, Recorded[][]>;
    const sources = new Sources(copy);
    return Object.entries(recorded).map(([name, sides]) => ({
      name,
      sides: sides.map((side) => side.map((entered) => sources.find(entered))),
    }));
  } finally {
    fs.rmSync(copy, { recursive: true });
  }
}

/** The files of a side, in the order of their first call. */
export function filesOf(side: readonly Entered[]): string[] {
  return [...new Set(side.map(({ file }) => file))];
}

/** The package as users have it, but with each module in a file of its own. Returns its folder. */
function copyPackage(): string {
  // Node reports modules by their real path.
  const copy = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'requests-futures-path-'));
  fs.cpSync(path.join(ROOT, 'build'), path.join(copy, 'dist'), { recursive: true });
  fs.copyFileSync(path.join(ROOT, 'package.json'), path.join(copy, 'package.json'));
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
  for (const script of ['recorder.mjs', 'send.mjs']) {
    fs.copyFileSync(path.join(import.meta.dirname, script), path.join(copy, script));
  }
  return copy;
}

class Sources {
  readonly #folder: string;
  readonly #maps = new Map<string, SourceMap>();

  constructor(copy: string) {
    this.#folder = path.join(copy, 'dist');
  }

  find({ url, name, from }: Recorded): Entered {
    const module = fileURLToPath(url);
    const file = path.relative(this.#folder, module).split(path.sep).join('/').replace(/\.js$/, '.ts');
    const entry = this.#map(module).findEntry(from.line, from.column);
    if (!('originalLine' in entry)) throw new Error(`no source for ${file}:${from.line + 1}`);
    return { file, line: entry.originalLine + 1, name: NAMES.get(name) ?? name };
  }

  #map(module: string): SourceMap {
    let map = this.#maps.get(module);
    if (map === undefined) {
      map = new SourceMap(JSON.parse(fs.readFileSync(`${module}.map`, 'utf8')) as SourceMapPayload);
      this.#maps.set(module, map);
    }
    return map;
  }
}
