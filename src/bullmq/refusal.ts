import { LookupError, RuntimeError, ValueError } from '../builtins/index.js';
import { UnpicklingError } from '../pickle/index.js';

/** The error of a call that a worker refuses. */
export function refusal(bytes: Buffer): Error {
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString());
  } catch {
    parsed = null;
  }
  const { name, message } = (parsed ?? {}) as { name?: unknown; message?: unknown };
  const text = typeof message === 'string' ? message : 'The worker has refused the call';
  const classes = { LookupError, RuntimeError, UnpicklingError, ValueError };
  const cls =
    typeof name === 'string' && Object.hasOwn(classes, name)
      ? classes[name as keyof typeof classes]
      : RuntimeError;
  return new cls(text);
}
