/** The short way of a response from the gateway to the caller, where it comes back as what responses are there. */
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

/** Says what responses are in a caller's thread. Called by the module of those classes, which the gateway does not load. */
export function setCallersClasses(own: ResponseClasses): void {
  classes = own;
}

/** What responses are in this thread. */
function callersClasses(): ResponseClasses {
  if (classes === null) throw new RuntimeError('a response for a caller has come to a thread that is none');
  return classes;
}

/** What the short form is registered under: the gateway's other channels have one of their own. */
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
