/** Compiles the consumers under the settings that projects have, every declaration of the package checked as well. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const strict = {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  target: 'es2022',
  lib: ['es2022', 'esnext.disposable'],
};

/** Each project by what it is: its compiler options, and its file. */
const projects = {
  'ES modules of Node': { options: { module: 'nodenext' }, file: 'consumer.mts' },
  'a bundler': { options: { module: 'esnext', moduleResolution: 'bundler' }, file: 'consumer.mts' },
  'the declared types of Node': { options: { module: 'nodenext', types: ['node'] }, file: 'consumer.mts' },
  // Node allows it since 20.19, TypeScript since 5.8.
  'CommonJS that requires': { options: { module: 'nodenext' }, file: 'consumer.cts', from: 5.8 },
  'CommonJS that imports when it runs': { options: { module: 'node16' }, file: 'dynamic.cts' },
  'ES modules of Node 16': { options: { module: 'node16' }, file: 'consumer.mts' },
  // TypeScript 7 has it no more.
  'CommonJS of old': {
    options: { module: 'commonjs', moduleResolution: 'node10' },
    file: 'old.ts',
    before: 6,
  },
  'a bundler that has CommonJS': {
    options: { module: 'commonjs', moduleResolution: 'bundler' },
    file: 'old.ts',
    from: 6,
  },
  'exact optional properties': {
    options: { module: 'nodenext', exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    file: 'consumer.mts',
  },
};

const { version } = JSON.parse(readFileSync('node_modules/typescript/package.json', 'utf8'));

export function compileAll() {
  const failures = [];
  for (const [name, { options, file, from = 0, before = Infinity }] of Object.entries(projects)) {
    if (parseFloat(version) < from || parseFloat(version) >= before) continue;
    const folder = `projects/${name.replaceAll(' ', '-')}`;
    mkdirSync(folder, { recursive: true });
    const config = {
      compilerOptions: { ...strict, ...options },
      files: [`../../lib/typescript/${file}`],
    };
    writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(config));
    try {
      execFileSync('npx', ['tsc', '-p', folder], { encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      failures.push(`${name}:\n${error.stdout}${error.stderr}`);
    }
  }
  if (failures.length > 0) throw new Error(failures.join('\n'));
  console.log(`${Object.keys(projects).length} projects`);
}
