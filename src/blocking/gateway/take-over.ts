import { PreparedRequest } from '../../requests/index.js';

/** Does to `request` what the caller's code did to its copy of it. */
export function takeOver(request: PreparedRequest, changed: unknown): void {
  if (!(changed instanceof PreparedRequest) || changed === request) return;
  Object.assign(request, changed, { _headers: changed.headers, _shared: null, _hooks: changed.hooks });
}
