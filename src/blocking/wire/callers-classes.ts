import { RuntimeError } from '../../builtins/index.js';
import type { ResponseClasses } from '../../requests/crossing/response-copy.js';

let classes: ResponseClasses | null = null;

/** Says what responses are in a caller's thread. Called by the module of those classes, which the gateway does not load. */
export function setCallersClasses(own: ResponseClasses): void {
  classes = own;
}

/** What responses are in this thread. */
export function callersClasses(): ResponseClasses {
  if (classes === null) throw new RuntimeError('a response for a caller has come to a thread that is none');
  return classes;
}
