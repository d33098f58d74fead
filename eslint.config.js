import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  globalIgnores([
    'build/',
    'dist/',
    'docs/',
    'coverage/',
    'test/fixtures/**/*.mjs',
    'test/package/fixtures/',
    'test/neighbours/*/',
  ]),
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  // What runs as it is, beside the compiler: type information is not to be had there.
  { files: ['**/*.{js,mjs}'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['src/**', 'workers/**'],
    rules: {
      // What a library prints, its user cannot take back; the one place that does can be told where to.
      'no-console': 'error',
      // Fake timers of tests must not stop requests; `builtins/timers.ts` has real ones.
      'no-restricted-globals': [
        'error',
        'clearImmediate',
        'clearTimeout',
        'queueMicrotask',
        'setImmediate',
        'setTimeout',
      ],
      'no-restricted-properties': ['error', { object: 'process', property: 'nextTick' }],
      // What is public is written down, never inferred by accident.
      '@typescript-eslint/explicit-module-boundary-types': 'error',
    },
  },
  {
    files: ['src/builtins/{clock,timers}.ts'],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' },
  },
  { files: ['src/builtins/logging.ts'], rules: { 'no-console': 'off' } },
);
