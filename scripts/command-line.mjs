/** The arguments of this repository's commands, which are checked before anything runs. */
import { parseArgs } from 'node:util';

/**
 * Reads the arguments of the process. Prints `usage` and ends the process for `--help`; ends it with 2 for arguments that the
 * command does not have.
 * @param options as `parseArgs` takes them
 * @param most the number of positional arguments
 */
export function readCommandLine(usage, options = {}, most = Infinity) {
  const wrong = (message) => {
    console.error(`${message}\n\n${usage}`);
    process.exit(2);
  };
  const wholeNumber = (name, text, least = 1) => {
    const number = text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isSafeInteger(number) || number < least)
      wrong(`${name} must be a whole number from ${least} up, got '${text}'`);
    return number;
  };
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { ...options, help: { type: 'boolean', default: false } },
    });
    if (values.help) {
      console.log(usage);
      process.exit();
    }
    if (positionals.length > most) wrong(`Unexpected argument '${positionals[most]}'`);
    return { values, positionals, wrong, wholeNumber };
  } catch (error) {
    return wrong(error.message);
  }
}
