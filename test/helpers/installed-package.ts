/** The package as `npm install` would leave it in a project of its own. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

/** A project that has installed the packed package, and of its dependencies only those that it declares. */
export class InstalledPackage implements Disposable {
  /** The folder of the project. */
  readonly project = fs.mkdtempSync(path.join(tmpdir(), 'requests-futures-'));
  /** The folder of the package in it. */
  readonly folder = path.join(this.project, 'node_modules', 'requests-futures');

  /** @param others packages that the project has installed beside it, from this repository's node_modules */
  async install(others: readonly string[] = []): Promise<void> {
    // globalSetup has built: the scripts of `npm pack` would build again, under the feet of the other tests.
    const { stdout } = await run(
      'npm',
      ['pack', '--ignore-scripts', '--json', '--pack-destination', this.project],
      { cwd: ROOT },
    );
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    fs.mkdirSync(this.folder, { recursive: true });
    await run('tar', ['-xzf', path.join(this.project, filename), '-C', this.folder, '--strip-components=1']);
    const manifest = JSON.parse(fs.readFileSync(path.join(this.folder, 'package.json'), 'utf8')) as Manifest;
    for (const name of [...Object.keys(manifest.dependencies), ...others]) this.#link(name);
    fs.writeFileSync(
      path.join(this.project, 'package.json'),
      JSON.stringify({ type: 'module', private: true }),
    );
  }

  #link(name: string): void {
    const target = path.join(this.project, 'node_modules', name);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.symlinkSync(path.join(ROOT, 'node_modules', name), target, 'junction');
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.project, { recursive: true, force: true });
  }
}
