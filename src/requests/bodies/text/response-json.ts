import { isError } from '../../../builtins/index.js';
import { JSONDecodeError, type RequestExceptionOptions } from '../../exceptions/requests.js';
import { guess_json_utf } from './json-encoding.js';
import { findJSONProblem } from './json-error.js';
import { decodeUnicodeStrictly } from './unicode-decoder.js';

/** What `JSON.parse` takes as its second argument. From Node 22 on, `context.source` is the text of a number, string, boolean or null. */
export type JSONReviver = (
  this: unknown,
  key: string,
  value: unknown,
  context?: { readonly source?: string | undefined },
) => unknown;

/** The text of a JSON body without a declared encoding; null when it is not valid in the Unicode encoding it looks like. */
export function guessedJSONText(content: Buffer): string | null {
  const encoding = guess_json_utf(content);
  return encoding === null ? null : decodeUnicodeStrictly(content, encoding);
}

/** `JSON.parse` that fails as Python's does: JSONDecodeError with its message and position. */
export function parseJSON(
  text: string,
  reviver: JSONReviver | undefined,
  context: RequestExceptionOptions,
): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch (error) {
    const problem = isError(error) && error.name === 'SyntaxError' ? findJSONProblem(text) : null;
    // The reviver's own error is the caller's.
    if (problem === null) throw error;
    // Not as the cause: its message quotes the body, which may be a secret.
    throw new JSONDecodeError(problem.msg, text, problem.pos, context);
  }
}
