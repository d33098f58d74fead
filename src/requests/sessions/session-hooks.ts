import type { HookLists, Hooks, ResponseHook } from '../types.js';
import { hookList } from '../hooks.js';

/**
 * A session's hooks: `session.hooks.response` reads as an array to push to, and takes a hook, several, or null for none.
 */
export class SessionHooks implements HookLists {
  #response: ResponseHook[];

  constructor(hooks: Hooks | null | undefined = null) {
    this.#response = hookList(hooks?.response);
  }

  /** The hooks, in the order in which they run. Set it to a hook, several, or null for none. */
  get response(): ResponseHook[] {
    return this.#response;
  }

  set response(hooks: Hooks['response']) {
    this.#response = hookList(hooks);
  }
}
