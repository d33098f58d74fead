/** Hooks: functions that are called with each response. `response` is the only event. */
import { typeName } from '../../builtins/index.js';
import type { HookOptions, Hooks } from './inputs.js';
import type { Response } from './response.js';

export { default_hooks, deregister_hook, HOOKS, register_hook } from '../../requests/internal.js';

/**
 * Calls the hooks of `key` one after the other with `data` and `options`, and returns `data` or the Response that the last hook to
 * return one put in its place. Throws TypeError when a hook returns anything else but a Response, null or undefined.
 */
export function dispatch_hook(
  key: 'response',
  hooks: Hooks | null | undefined,
  data: Response,
  options: HookOptions = {},
): Response {
  const registered = hooks?.[key] ?? [];
  let response = data;
  for (const hook of typeof registered === 'function' ? [registered] : registered) {
    const returned: unknown = hook(response, options);
    if (returned === undefined || returned === null) continue;
    if (typeof returned !== 'object' || !('raise_for_status' in returned)) {
      throw new TypeError(
        `a ${key} hook must return a Response or nothing, but it returned ${typeName(returned)}`,
      );
    }
    response = returned as Response;
  }
  return response;
}
