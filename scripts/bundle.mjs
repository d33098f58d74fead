/**
 * The second half of `npm run build`: puts the modules that tsc has made (build/) together into a few files (dist/). Node
 * takes about 0.4 ms for each module it loads, and there are some 170: importing the package from single files took
 * 163 ms of CPU, from these 87, where node-fetch alone takes 70 (`npm run bench -- --suite cold-start`).
 *
 * The entry points share their chunks, so that every class exists once.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const doors = ['src/requests/index', 'src/concurrent-futures/index', 'src/index'];

/**
 * What crosses to another thread is named by module and export (`setReferences`). Bundled modules have no file of their own
 * any more: each is named by the door it is behind, and told from the others behind it by what follows the `#`.
 */
const nameModules = {
  name: 'name-modules',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      const module = relative(`${root}build`, path).split(sep).join('/').replace(/\.js$/, '');
      if (module.startsWith('..')) return undefined;
      const door = doors.find((name) => module.startsWith(name.replace(/index$/, ''))) ?? 'src/index';
      // Chunks lie in dist/src/chunks/, so the way to the door is the same from each of them.
      const url = `new URL('../../${door}.js#${module}', import.meta.url).href`;
      const code = readFileSync(path, 'utf8');
      return {
        contents: code.replace(/^(setReferences\(|\}, )import\.meta\.url/gm, (_, before) => before + url),
        loader: 'js',
      };
    });
  },
};

rmSync(`${root}dist`, { recursive: true, force: true });
// An entry that has everything: what two entries share becomes a chunk, so no code stays in the doors themselves.
const everything = `${root}build/everything.js`;
const entries = [...doors.map((name) => `${name}.js`), 'workers/thread.js'];
writeFileSync(everything, entries.map((path) => `import './${path}';\n`).join(''));
await build({
  absWorkingDir: `${root}build`,
  entryPoints: [...entries, 'everything.js'],
  outdir: `${root}dist`,
  outbase: '.',
  chunkNames: 'src/chunks/[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  sourcemap: true,
  legalComments: 'none',
  // Every module is wanted, though some are there for what they register alone.
  ignoreAnnotations: true,
  // Names of classes are seen: in messages, in logs, by users.
  keepNames: true,
  logLevel: 'warning',
  plugins: [nameModules],
});
for (const suffix of ['', '.map']) rmSync(`${root}dist/everything.js${suffix}`);
cpSync(`${root}build`, `${root}dist`, {
  recursive: true,
  filter: (path) => !/\.(js|js\.map|tsbuildinfo)$/.test(path),
});
