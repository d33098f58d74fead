import { fileURLToPath } from 'node:url';
import { type Outcome, runNode } from './child.js';

export interface ExampleOutcome extends Outcome {
  /** What was printed to stdout, without the empty lines. */
  readonly lines: readonly string[];
}

/** Runs a walkthrough as `npm run example NAME ARGS` does, in a process of its own, with `env` added to its variables. */
export async function runExample(
  args: readonly string[],
  stdin = '',
  env: Readonly<Record<string, string>> = {},
): Promise<ExampleOutcome> {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const outcome = await runNode(['--import', 'tsx', 'examples/run.ts', ...args], { cwd, stdin, env });
  return { ...outcome, lines: outcome.stdout.split('\n').filter((line) => line.trim() !== '') };
}
