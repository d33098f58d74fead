/**
 * The second half of `npm run build`: puts the modules that tsc has made (build/) together into a few files (dist/). Node
 * takes about 0.4 ms for each module it loads, and there are some 230: importing the package from single files took twice as
 * long (`npm run bench -- --suite cold-start`).
 *
 * The entry points share their chunks, so that every class exists once.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const TARGET = 'node20.19';
const root = fileURLToPath(new URL('../', import.meta.url));
const doors = ['src/requests/index', 'src/concurrent-futures/index', 'src/index'];

/**
 * What crosses to another thread is named by module and export (`setReferences`). Bundled modules have no file of their own
 * any more: each is named by the door it is behind, and told from the others behind it by what follows the `#`.
 */
const nameReferences = (code, module) => {
  const door = doors.find((name) => module.startsWith(name.replace(/index$/, ''))) ?? 'src/index';
  // The chunks lie beside dist/src/index.js, so the way to the door is the same from all of them.
  const url = `new URL('../${door}.js#${module}', import.meta.url).href`;
  return code.replace(/^(setReferences\(|\}, )import\.meta\.url/gm, (_, before) => before + url);
};

/**
 * esbuild makes a chunk for each set of entry points that reach the same modules. Modules that are loaded whenever others are,
 * but are not in the same sets, would have small chunks of their own; they are in the same ones once a module pretends to
 * import another that is there anyway when it is loaded.
 */
const loadedBeside = {
  'src/requests/adapters/proxy-agents': ['src/requests/index', 'src/concurrent-futures/index'],
  'src/requests/adapters/undici/undici-transport': ['src/requests/index', 'src/concurrent-futures/index'],
  'src/concurrent-futures/index': ['src/concurrent-futures/worker-pool/effects'],
  'src/requests/index': [
    'src/concurrent-futures/call-context',
    'src/concurrent-futures/worker-pool/bootstrapping',
    'src/concurrent-futures/worker-pool/effects',
    'src/concurrent-futures/worker-pool/protocol',
  ],
};

const prepareModules = {
  name: 'prepare-modules',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      const module = relative(`${root}build`, path).split(sep).join('/').replace(/\.js$/, '');
      if (module.startsWith('..')) return undefined;
      const beside = (loadedBeside[module] ?? []).map((name) => {
        const way = posix.relative(posix.dirname(module), name);
        return `\nimport '${way.startsWith('.') ? way : `./${way}`}.js';`;
      });
      // Before the comment with the way to the source map, which is to be the last line.
      const code = nameReferences(readFileSync(path, 'utf8'), module);
      return { contents: code.replace(/\n(?=\/\/# sourceMappingURL)/, `${beside.join('')}\n`), loader: 'js' };
    });
  },
};

// Both leave every line, and the second every character, where it is: the source maps are made already.

/** `keepNames` gives every function and class its name once more, most of which have it. */
const withoutNeedlessNames = (code) =>
  code
    .replace(/^__name\((\w+), "\1"\);$/gm, '')
    .replace(
      /^(var (\w+) = class(?: extends [\w.]+)? \{\n) {2}static \{\n {4}__name\(this, "\2"\);\n {2}\}$/gm,
      '$1\n\n',
    );

/** A class that speaks of itself has another name inside, which stack traces would show: `_Retry`. It becomes ` Retry`. */
function withOwnNamesInside(code) {
  const classes = new Set([...code.matchAll(/(\w+)=class _\1\b/g)].map(([, name]) => name));
  return code.replace(/(?<![\w$.#'"])_(\w+)\b/g, (inner, name) => (classes.has(name) ? ` ${name}` : inner));
}

rmSync(`${root}dist`, { recursive: true, force: true });
const { outputFiles } = await build({
  absWorkingDir: `${root}build`,
  entryPoints: [...doors, 'workers/thread'].map((name) => `${name}.js`),
  outdir: `${root}dist`,
  outbase: '.',
  chunkNames: 'src/chunk-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: TARGET,
  packages: 'external',
  sourcemap: 'inline',
  legalComments: 'none',
  // Every module is wanted, though some are there for what they register alone.
  ignoreAnnotations: true,
  // Names of classes are seen: in messages, in logs, by users.
  keepNames: true,
  logLevel: 'warning',
  plugins: [prepareModules],
  write: false,
});
for (const { path, text } of outputFiles) {
  // V8 reads all of a file before it runs any of it, and a third of this one would be white space and comments.
  const { code, map } = await transform(withoutNeedlessNames(text), {
    minifyWhitespace: true,
    // For the line of an error to say something, and to be short when Node prints it.
    lineLimit: 100,
    sourcemap: 'external',
    sourcefile: basename(path),
    target: TARGET,
  });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${withOwnNamesInside(code)}//# sourceMappingURL=${basename(path)}.map\n`);
  writeFileSync(`${path}.map`, map);
}
cpSync(`${root}build`, `${root}dist`, {
  recursive: true,
  filter: (path) => !/\.(js|js\.map|tsbuildinfo)$/.test(path),
});
