import { describe, expect, it, vi } from 'vitest';
import { KeyError, ValueError } from '../../src/builtins/index.js';
import {
  copyHooks,
  default_hooks,
  deregister_hook,
  dispatch_hook,
  register_hook,
} from '../../src/requests/hooks.js';
import type { Response } from '../../src/requests/models/response.js';
import type { HookOptions, ResponseHook } from '../../src/requests/types.js';

/** Has what makes a Response one for a hook, and a label to tell two apart. */
function fakeResponse(label: string): Response {
  return { label, raise_for_status: () => undefined } as unknown as Response;
}

describe('dispatch_hook', () => {
  it('1.18: default_hooks is a fresh, empty list for response', () => {
    expect(default_hooks()).toEqual({ response: [] });
    expect(default_hooks().response).not.toBe(default_hooks().response);
  });

  it('1.18: each hook is called with the response and the settings of the request', async () => {
    const response = fakeResponse('a');
    const options: HookOptions = { timeout: 3, stream: true };
    const hook = vi.fn<ResponseHook>();
    await expect(dispatch_hook('response', { response: [hook, hook] }, response, options)).resolves.toBe(
      response,
    );
    expect(hook.mock.calls).toEqual([
      [response, options],
      [response, options],
    ]);
  });

  it('1.18: a returned Response takes the place of the one given, for later hooks and for the caller', async () => {
    const [first, second, third] = [fakeResponse('1'), fakeResponse('2'), fakeResponse('3')];
    const seen: Response[] = [];
    const hooks: ResponseHook[] = [
      () => second,
      (r) => void seen.push(r),
      () => null,
      (r) => Promise.resolve(r === second ? third : null),
    ];
    await expect(dispatch_hook('response', { response: hooks }, first)).resolves.toBe(third);
    expect(seen).toEqual([second]);
  });

  it('3.29: async hooks are awaited, one after the other', async () => {
    const order: string[] = [];
    const slow: ResponseHook = async () => {
      order.push('slow starts');
      await new Promise((resolve) => setImmediate(resolve));
      order.push('slow ends');
    };
    const fast: ResponseHook = () => void order.push('fast');
    await dispatch_hook('response', { response: [slow, fast] }, fakeResponse('a'));
    expect(order).toEqual(['slow starts', 'slow ends', 'fast']);
  });

  it.each([
    ['a single function', (hook: ResponseHook) => hook],
    ['a Set', (hook: ResponseHook) => new Set([hook])],
  ])('1.18: %s is accepted in place of a list', async (_what, wrap) => {
    const other = fakeResponse('b');
    await expect(dispatch_hook('response', { response: wrap(() => other) }, fakeResponse('a'))).resolves.toBe(
      other,
    );
  });

  it.each([null, undefined, {}, { response: null }, { response: [] }])(
    '1.18: without hooks (%j) the response comes back',
    async (hooks) => {
      const response = fakeResponse('a');
      await expect(dispatch_hook('response', hooks, response)).resolves.toBe(response);
    },
  );

  it.each([[{ status: 1 }], [['list']], ['text'], [0], [false]])(
    'DESIGN, only a Response replaces a Response: returning %j is a TypeError that shows the mend',
    async (value) => {
      const assigning = (() => value) as unknown as ResponseHook;
      const outcome = dispatch_hook('response', { response: [assigning] }, fakeResponse('a'));
      await expect(outcome).rejects.toThrow(TypeError);
      await expect(outcome).rejects.toThrow('must return a Response or nothing, but assigning returned');
      await expect(outcome).rejects.toThrow('(r) => { r.data = r.json(); }');
    },
  );

  it('1.13: what a hook throws comes through unchanged, and later hooks are not called', async () => {
    const error = new Error('mine');
    const later = vi.fn<ResponseHook>();
    const failing: ResponseHook = () => {
      throw error;
    };
    await expect(dispatch_hook('response', { response: [failing, later] }, fakeResponse('a'))).rejects.toBe(
      error,
    );
    expect(later).not.toHaveBeenCalled();
  });

  it('1.16: a hook that is registered by a hook is called for the same response', async () => {
    const hooks = default_hooks();
    const late = vi.fn<ResponseHook>();
    register_hook(hooks, 'response', () => {
      register_hook(hooks, 'response', late);
    });
    await dispatch_hook('response', hooks, fakeResponse('a'));
    expect(late).toHaveBeenCalledTimes(1);
  });
});

describe('register_hook, deregister_hook', () => {
  const one: ResponseHook = () => null;
  const two: ResponseHook = () => null;

  it('1.7: a function or several are added, and members that are no functions are skipped', () => {
    const hooks = default_hooks();
    register_hook(hooks, 'response', one);
    register_hook(hooks, 'response', [two, 'no function' as unknown as ResponseHook, one]);
    register_hook(hooks, 'response', null);
    expect(hooks.response).toEqual([one, two, one]);
  });

  it('1.7: an unknown event is a ValueError with the message of Python and what to write', () => {
    expect(() => {
      register_hook(default_hooks(), 'request', one);
    }).toThrow(
      new ValueError('Unsupported event specified, with event name "request"; write { response: hook }'),
    );
    expect(() => deregister_hook(default_hooks(), 'request', one)).toThrow(KeyError);
  });

  it('1.7: deregistering removes the first of its kind and tells whether there was one', () => {
    const hooks = { response: [one, two, one] };
    expect(deregister_hook(hooks, 'response', one)).toBe(true);
    expect(hooks.response).toEqual([two, one]);
    expect(deregister_hook(hooks, 'response', () => null)).toBe(false);
  });

  it('DESIGN, hooks: the caller’s object is copied, never edited', () => {
    const given = { response: [one] };
    const copy = copyHooks(given);
    copy.response.push(two);
    expect(given.response).toEqual([one]);
    expect(copyHooks(null)).toEqual({ response: [] });
    expect(copyHooks({ response: one })).toEqual({ response: [one] });
    expect(() => copyHooks({ reponse: one } as object)).toThrow(ValueError);
  });
});
