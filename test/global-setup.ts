import { execFileSync } from 'node:child_process';

/** Builds once before the tests: worker threads run the same built files that users run. */
export default function setup(): void {
  if (process.env['SKIP_BUILD'] === '1') return;
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
