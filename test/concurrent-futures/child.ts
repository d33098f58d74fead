import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ChildResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs one of the scripts in `fixtures/` in a process of its own. */
export function runChild(
  script: string,
  execArgv: readonly string[] = [],
  args: readonly string[] = [],
): Promise<ChildResult> {
  const path = fileURLToPath(new URL(`./fixtures/${script}`, import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [...execArgv, '--import', 'tsx', path, ...args], (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ code, stdout, stderr });
    });
  });
}
