/**
 * The second half of `npm run build`: puts the modules that tsc has made (build/) together into a few files (dist/). Node
 * takes about 0.4 ms for each module it loads, and there are some 230: importing the package from single files took twice as
 * long (`npm run bench -- --suite cold-start`).
 *
 * The entry points share their chunks, so that every class exists once.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../', import.meta.url));
const doors = [
  'src/requests/index',
  'src/concurrent-futures/index',
  'src/bullmq/index',
  'src/blocking/index',
  'src/index',
];

/** What `#packages` leads to, for Node and for bundlers. */
const packages = ['src/requests/packages/lazy', 'src/requests/packages/bundled'];

/**
 * The chunks, by what is in them: who imports one door only does not load what is behind the others. What is imported when it
 * is first needed, undici's side and the agents for proxies, gets chunks of its own.
 */
const chunks = [
  {
    name: 'builtins',
    // With what the blocking flavor has of the futures, which would load all of them for it.
    test: /\/src\/((builtins|pickle)\/|concurrent-futures\/(arguments|done-callback|errors|future-set|future-text|map-inputs|not-callable|return-when|states|timeout|worker-pool\/options)\.|futures-session\/session-options\.)/,
  },
  { name: 'bullmq', test: /\/src\/bullmq\/(?!cli\.)/ },
  { name: 'concurrent-futures', test: /\/src\/concurrent-futures\// },
  // What a blocking caller runs first, to start its gateway before it runs `requests`; and what both sides of the door need.
  { name: 'blocking-taking', test: /\/src\/blocking\/wire\/(end|protocol|taking)\./ },
  { name: 'blocking-connection', test: /\/src\/blocking\/caller\/(connection|environ|host)\./ },
  { name: 'blocking-wire', test: /\/src\/blocking\/wire\// },
  { name: 'blocking', test: /\/src\/blocking\/(?!gateway\/|wire\/)/ },
  // With the limits, which all of its importers load as well: a file more costs as much as 20 kB.
  {
    name: 'requests',
    test: /\/src\/(limits\/|requests\/(?!packages\/|transports\/(connections\/proxy-agents|undici\/)))/,
  },
  { name: 'futures-session', test: /\/src\/futures-session\// },
];

/** The path of a module of build/, as it is there; null for others. */
function moduleName(path) {
  const name = relative(`${root}build`, path).split(sep).join('/');
  return name.startsWith('.') ? null : name.replace(/\.js$/, '');
}

/**
 * What crosses to another thread is named by module and export (`setReferences`). Bundled modules have no file of their own
 * any more: each is named by the door it is behind, and told from the others behind it by what follows the `#`.
 */
const nameReferences = {
  name: 'name-references',
  transform(code, path) {
    const module = moduleName(path);
    if (module === null) return null;
    const door = doors.find((name) => module.startsWith(name.replace(/index$/, ''))) ?? 'src/index';
    // The chunks lie beside dist/src/index.js, so the way to the door is the same from all of them.
    // Bundlers take `new URL(…, import.meta.url)` for a file to copy, and those for CommonJS leave no `import.meta.url`.
    const url = `import.meta.url?.replace(/[^/]*\\/[^/]*$/, '${door}.js#${module}') ?? 'bundled:${door}.js#${module}'`;
    // No line is moved, so the source map holds.
    return {
      code: code.replace(/^(setReferences\(|\}, )import\.meta\.url/gm, (_, before) => before + url),
      map: null,
    };
  },
};

/** tsc's source maps, for those of the bundle to lead to the TypeScript. */
const withSourceMaps = {
  name: 'with-source-maps',
  load(path) {
    if (moduleName(path) === null) return null;
    return { code: readFileSync(path, 'utf8'), map: readFileSync(`${path}.map`, 'utf8') };
  },
};

/** Node decodes a file of ASCII alone five times as fast, and V8 keeps it in half the memory. Nothing but texts has other characters. */
const inAscii = {
  name: 'in-ascii',
  // No line is moved here either.
  generateBundle(_, files) {
    for (const file of Object.values(files)) {
      if (file.type !== 'chunk') continue;
      file.code = file.code.replace(
        /[^\0-\x7f]/g,
        (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    }
  },
};

rmSync(`${root}dist`, { recursive: true, force: true });
const bundle = await rolldown({
  input: Object.fromEntries(
    [...doors, ...packages, 'src/bullmq/cli', 'workers/gateway', 'workers/thread', 'workers/worker'].map(
      (name) => [name, `${root}build/${name}.js`],
    ),
  ),
  external: (id) => !id.startsWith('.') && !isAbsolute(id),
  platform: 'node',
  // What chunks need of an entry point may be exported by it beside what users see; the chunks above leave nothing of that kind.
  preserveEntrySignatures: 'allow-extension',
  // What a module is kept for beside its exports, package.json says: `sideEffects` lists those of build/ that register classes of
  // other modules. A chunk of dist/ registers only its own, so nothing of dist/ stands there.
  treeshake: { annotations: false },
  plugins: [withSourceMaps, nameReferences, inAscii],
});
await bundle.write({
  dir: `${root}dist`,
  format: 'es',
  sourcemap: true,
  // The order of the imports is that of the files' names otherwise: the gateway is to start before the rest is run.
  banner: ({ name }) => (name === 'src/blocking/index' ? "import '../chunk-blocking-connection.js';" : ''),
  entryFileNames: '[name].js',
  chunkFileNames: 'src/chunk-[name].js',
  codeSplitting: { groups: chunks, includeDependenciesRecursively: false },
  // V8 reads all of a file before it runs any of it, and a quarter of this one would be comments.
  comments: false,
  // They are seen in messages, in logs and by users.
  keepNames: true,
});
await bundle.close();
// Each in one file of the kind that a thread starts fastest with: the gateway comes after it.
for (const entry of ['watchdog', 'start-gateway']) {
  const thread = await rolldown({ input: `${root}build/workers/${entry}.js`, platform: 'node' });
  await thread.write({ file: `${root}dist/workers/${entry}.cjs`, format: 'cjs', comments: false });
  await thread.close();
}
cpSync(`${root}build`, `${root}dist`, {
  recursive: true,
  filter: (path) => !/\.(js|js\.map|tsbuildinfo)$/.test(path),
});
// TypeScript 6 loads no types that nothing asks for, and those of Node would become `any` in silence.
for (const door of [...doors, 'workers/worker']) {
  const path = `${root}dist/${door}.d.ts`;
  writeFileSync(path, `/// <reference types="node" />\n${readFileSync(path, 'utf8')}`);
}
