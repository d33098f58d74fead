import { withCallersLines } from './caller-stack.js';
import { link } from './link.js';

/** Runs an operation in the gateway and waits for its outcome. Errors show the lines of the code that called this package. */
export function callGateway(op: string, args: readonly unknown[]): unknown {
  try {
    return link().call(op, args);
  } catch (error) {
    throw withCallersLines(error) as Error;
  }
}
