import { execFileSync } from 'node:child_process';

/** Builds once before the tests: worker threads run the same built files that users run. */
export default function setup(): void {
  if (process.env['SKIP_BUILD'] === '1') return;
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
}
