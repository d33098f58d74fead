import type { parseArgs, ParseArgsOptionsConfig } from 'node:util';

/** The arguments of a command, and what refuses them. */
export interface CommandLine<Options extends ParseArgsOptionsConfig> {
  readonly values: ReturnType<typeof parseArgs<{ options: Options }>>['values'];
  readonly positionals: readonly string[];
  /** Prints `message` and the usage, and ends the process with 2. */
  readonly wrong: (message: string) => never;
  /** `text` as a whole number from `least` (default 1) up; anything else is wrong. */
  readonly wholeNumber: (name: string, text: string, least?: number) => number;
}

export function readCommandLine<const Options extends ParseArgsOptionsConfig>(
  usage: string,
  options?: Options,
  most?: number,
): CommandLine<Options>;
