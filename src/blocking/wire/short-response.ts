/** The short form of a response from the gateway to the caller, which restores it as its own class of response. */
import { RuntimeError, setReferences } from '../../builtins/index.js';
import { setShortForm } from '../../pickle/index.js';
import {
  type HeaderList,
  type ResponseClasses,
  restoreShortResponse,
  shortenResponse,
  type ShortResponse,
} from '../../requests/internal.js';
import type { Response, ResponseHook } from '../../requests/index.js';

let classes: ResponseClasses | null = null;

/** Sets the response class of a caller's thread. Called by the module of that class, which the gateway does not load. */
export function setCallersClasses(own: ResponseClasses): void {
  classes = own;
}

/** The response class of this thread. */
function callersClasses(): ResponseClasses {
  if (classes === null) throw new RuntimeError('a response for a caller has come to a thread that is none');
  return classes;
}

/** The key of this short form, as the gateway's other channels have their own. */
export const shortToCaller: object = {};

/** @internal */
export function restoreForCaller(
  values: ShortResponse,
  hooks: readonly ResponseHook[],
  shared: HeaderList | null,
): Response {
  return restoreShortResponse(values, hooks, shared, callersClasses());
}

setReferences(import.meta.url, { restoreForCaller });
setShortForm(shortToCaller, shortenResponse, restoreForCaller);
