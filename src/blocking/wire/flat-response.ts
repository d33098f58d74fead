/** The short way of a response from the gateway to the caller, where it comes back as what responses are there. */
import { setReferences } from '../../builtins/index.js';
import { setFlatForm } from '../../pickle/index.js';
import {
  type FlatResponse,
  flattenResponse,
  type HeaderList,
  restoreFlatResponse,
} from '../../requests/crossing/response-copy.js';
import type { Response } from '../../requests/models/response.js';
import type { ResponseHook } from '../../requests/types.js';
import { callersClasses } from './callers-classes.js';

/** What the short form is registered under: the gateway's other channels have one of their own. */
export const flatToCaller: object = {};

/** @internal */
export function restoreForCaller(
  values: FlatResponse,
  hooks: readonly ResponseHook[],
  shared: HeaderList | null,
): Response {
  return restoreFlatResponse(values, hooks, shared, callersClasses());
}

setReferences(import.meta.url, { restoreForCaller });
setFlatForm(flatToCaller, flattenResponse, restoreForCaller);
