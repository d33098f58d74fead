import { onTestFinished } from 'vitest';

/** The warnings of this process from now on, until the test ends. */
export function noteWarnings(): Error[] {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  onTestFinished(() => {
    process.off('warning', note);
  });
  return warnings;
}
