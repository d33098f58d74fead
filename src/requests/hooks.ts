/** Hooks: functions that are called with each response. `response` is the only event. */
import { KeyError, repr, typeName, ValueError } from '../builtins/index.js';
import type { Response } from './models/response.js';
import type { HookLists, HookOptions, Hooks, ResponseHook } from './types.js';

/** The events that hooks can be registered for. */
export const HOOKS: readonly (keyof HookLists)[] = ['response'];

/** An object with an empty list for each event. */
export function default_hooks(): HookLists {
  return { response: [] };
}

/**
 * Calls the hooks of `key` one after the other with `data` and `options`, and resolves to `data` or to the Response that the
 * last hook to return one put in its place. Async hooks are awaited. What a hook throws comes through unchanged.
 *
 * Throws TypeError when a hook returns anything else but a Response, null or undefined: such a value would take the
 * response's place in silence, as `(r) => (r.data = r.json())` does by accident.
 */
export async function dispatch_hook(
  key: keyof HookLists,
  hooks: Hooks | null | undefined,
  data: Response,
  options: HookOptions = {},
): Promise<Response> {
  const registered = hooks?.[key];
  if (registered === undefined || registered === null) return data;
  let response = data;
  // The list itself and no copy: a hook may register another one, as digest authentication does.
  for (const hook of typeof registered === 'function' ? [registered] : registered) {
    const returned: unknown = await hook(response, options);
    if (returned === undefined || returned === null) continue;
    if (!isResponse(returned)) {
      throw new TypeError(
        `a ${key} hook must return a Response or nothing, but ${hook.name || 'an anonymous hook'} returned ` +
          `${typeName(returned)}; put the hook's body into braces: (r) => { r.data = r.json(); }`,
      );
    }
    response = returned;
  }
  return response;
}

/**
 * Adds `hook`, a function or several, to the hooks of `event`; members that are not functions are skipped. Throws ValueError
 * for an unknown event.
 */
export function register_hook(
  hooks: HookLists,
  event: string,
  hook: ResponseHook | Iterable<ResponseHook> | null | undefined,
): void {
  checkEvent(event);
  hooks[event].push(...hookList(hook));
}

/** Removes `hook` from the hooks of `event`. Returns whether it was there. Throws KeyError for an unknown event. */
export function deregister_hook(hooks: HookLists, event: string, hook: ResponseHook): boolean {
  if (!isEvent(event)) throw new KeyError(repr(event));
  const index = hooks[event].indexOf(hook);
  if (index === -1) return false;
  hooks[event].splice(index, 1);
  return true;
}

/**
 * A copy of the hooks that a caller gave, as lists. Throws ValueError for an unknown event.
 * @internal
 */
export function copyHooks(hooks: Hooks | null | undefined): HookLists {
  const lists = default_hooks();
  checkHooks(hooks);
  if (hooks !== undefined && hooks !== null) {
    for (const [event, hook] of Object.entries(hooks)) {
      register_hook(lists, event, hook as Hooks['response']);
    }
  }
  return lists;
}

/**
 * A function or a list instead of the hooks by event would be dropped.
 * @throws TypeError
 * @internal
 */
export function checkHooks(hooks: unknown): void {
  if (hooks === null || hooks === undefined) return;
  if (typeof hooks !== 'object' || Array.isArray(hooks)) {
    throw new TypeError(
      `hooks must be an object of functions by event, { response: hook }, got ${typeName(hooks)}`,
    );
  }
}

/**
 * One event's hooks as a list of its own; members that are not functions are left out, as in Python.
 * @throws TypeError for what is neither a function nor a list
 * @internal
 */
export function hookList(hook: ResponseHook | Iterable<ResponseHook> | null | undefined): ResponseHook[] {
  if (hook === undefined || hook === null) return [];
  if (typeof hook === 'function') return [hook];
  if (typeof hook !== 'object' || !(Symbol.iterator in hook)) {
    throw new TypeError(`a response hook must be a function, or several in a list, got ${typeName(hook)}`);
  }
  return Array.from(hook).filter((member: unknown) => typeof member === 'function');
}

/**
 * @throws ValueError for an unknown event
 * @internal
 */
export function checkEvent(event: string): asserts event is keyof HookLists {
  if (!isEvent(event)) {
    throw new ValueError(`Unsupported event specified, with event name "${event}"; write { response: hook }`);
  }
}

function isEvent(event: string): event is keyof HookLists {
  return (HOOKS as readonly string[]).includes(event);
}

/** By what it can do rather than by class: doubles and the Responses of a second copy of this package count. */
function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'raise_for_status' in value;
}
