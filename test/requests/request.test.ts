import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/builtins/index.js';
import { MissingSchema } from '../../src/requests/exceptions/requests.js';
import { Request } from '../../src/requests/models/request.js';
import { Session } from '../../src/requests/sessions/session.js';

describe('Request', () => {
  it('1.7: everything is optional', () => {
    const request = new Request();
    expect(Object.entries(request)).toEqual(
      Object.entries({
        method: null,
        url: null,
        headers: {},
        files: [],
        data: [],
        params: {},
        auth: null,
        cookies: null,
        hooks: { response: [] },
        json: null,
      }),
    );
  });

  it('1.7: null means not given', () => {
    const parts = {
      headers: null,
      files: null,
      data: null,
      params: null,
      auth: null,
      cookies: null,
      hooks: null,
    };
    expect(new Request(null, null, { ...parts, json: null })).toEqual(new Request());
  });

  it('1.7: arguments are kept as they are given, and hooks copied', () => {
    const hook = (): void => undefined;
    const parts = {
      headers: { A: 'b' },
      files: { f: 'x' },
      data: { d: 1 },
      params: { p: 1 },
      auth: ['u', 'p'] as const,
      cookies: { c: 'd' },
      json: { j: 1 },
    };
    const hooks = { response: [hook] };
    const request = new Request('get', 'http://h', { ...parts, hooks });
    for (const [name, value] of Object.entries(parts))
      expect(request[name as keyof typeof parts]).toBe(value);
    expect(request.method).toBe('get');
    expect(request.url).toBe('http://h');
    request.register_hook('response', [hook, hook]);
    expect(hooks.response).toEqual([hook]);
    expect(request.hooks.response).toEqual([hook, hook, hook]);
  });

  it('1.7: everything can be given as one object', () => {
    const request = new Request({ method: 'PUT', url: 'http://h/', data: 'x' });
    expect([request.method, request.url, request.data]).toEqual(['PUT', 'http://h/', 'x']);
  });

  it('1.1: an unknown keyword is a TypeError that names it', () => {
    // @ts-expect-error -- the type refuses it as well
    expect(() => new Request('GET', 'http://h/', { timeout: 3 })).toThrow(
      "unexpected keyword argument 'timeout'",
    );
    // @ts-expect-error -- the type refuses it as well
    expect(() => new Request({ methode: 'GET' })).toThrow("unexpected keyword argument 'methode'");
  });

  it('1.7: hooks are registered one by one or many at once, what is not callable is skipped', () => {
    const first = (): void => undefined;
    const second = (): void => undefined;
    const request = new Request('GET', 'http://h/', { hooks: { response: first } });
    request.register_hook('response', new Set([second, 5 as never]));
    expect(request.hooks.response).toEqual([first, second]);
    expect(request.deregister_hook('response', first)).toBe(true);
    expect(request.deregister_hook('response', first)).toBe(false);
    expect(request.hooks.response).toEqual([second]);
  });

  it('1.7: an unknown event is a ValueError', () => {
    const refusal = 'Unsupported event specified, with event name "x"';
    expect(() => {
      new Request().register_hook('x', () => undefined);
    }).toThrow(ValueError);
    expect(() => new Request('GET', '', { hooks: { x: () => undefined } as never })).toThrow(refusal);
  });

  it('1.7: is shown with the method as given, and nothing else', () => {
    const request = new Request('get', 'http://user:secret@h/', { auth: ['user', 'secret'] });
    expect(String(request)).toBe('<Request [get]>');
    expect(inspect({ request })).toBe('{ request: <Request [get]> }');
    expect(String(new Request())).toBe('<Request [None]>');
  });

  it('1.4: prepare() does not merge anything of a session', () => {
    const prepared = new Request('get', 'http://h').prepare();
    expect(prepared.headers.length).toBe(0);
    expect(prepared.method).toBe('GET');
    expect(new Session().prepare_request(new Request('get', 'http://h')).headers.length).toBeGreaterThan(0);
  });

  it('3.27: what prepare() raises names its request', () => {
    const attempt = (): unknown => new Request('GET', 'h/x').prepare();
    expect(attempt).toThrow(MissingSchema);
    let request: unknown;
    try {
      attempt();
    } catch (error) {
      ({ request } = error as MissingSchema);
    }
    expect(String(request)).toBe('<PreparedRequest [GET]>');
  });
});
