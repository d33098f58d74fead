import { PreparedRequest } from '../../requests/index.js';

/** Applies to `request` the changes that the caller's code made to its copy. */
export function takeOver(request: PreparedRequest, changed: unknown): void {
  if (!(changed instanceof PreparedRequest) || changed === request) return;
  Object.assign(request, changed, { _headers: changed.headers, _shared: null, _hooks: changed.hooks });
}
