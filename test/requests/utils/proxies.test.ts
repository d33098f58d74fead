import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OSError, ValueError } from '../../../src/builtins/index.js';
import {
  address_in_network,
  dotted_netmask,
  get_environ_proxies,
  getproxies,
  is_ipv4_address,
  is_valid_cidr,
  proxy_bypass,
  proxy_bypass_environment,
  resolve_proxies,
  select_proxy,
  set_environ,
  should_bypass_proxies,
} from '../../../src/requests/utils/index.js';
import { environProxiesFor } from '../../../src/requests/environment/proxies.js';

// What Python's proxies are is asked of an environment without any; test/setup.ts removed the machine's.
function env(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

describe('1.5: the proxies of the environment', () => {
  it.each<[variables: Record<string, string>, proxies: Record<string, string>]>([
    [{}, {}],
    [{ http_proxy: 'a', HTTP_PROXY: 'b' }, { http: 'a' }],
    [{ HTTP_PROXY: 'b' }, { http: 'b' }],
    [{ http_proxy: '', HTTP_PROXY: 'b' }, {}],
    [{ Http_Proxy: 'c' }, { http: 'c' }],
    [{ HTTP_PROXY: 'b', REQUEST_METHOD: 'GET' }, {}],
    [{ http_proxy: 'b', REQUEST_METHOD: 'GET' }, { http: 'b' }],
    [
      { no_proxy: 'x', ftp_proxy: 'y', ALL_PROXY: 'z' },
      { no: 'x', ftp: 'y', all: 'z' },
    ],
  ])('1.5: getproxies() of %j is %j', (variables, proxies) => {
    env(variables);
    expect(getproxies()).toEqual(proxies);
  });

  it('1.5: get_environ_proxies gives all of them, unless no_proxy covers the URL', () => {
    env({ http_proxy: 'http://p', https_proxy: 'http://s', no_proxy: 'internal' });
    expect(get_environ_proxies('http://h/')).toEqual({ http: 'http://p', https: 'http://s', no: 'internal' });
    expect(get_environ_proxies('http://a.internal/')).toEqual({});
    expect(get_environ_proxies('http://a.internal/', 'other')).toMatchObject({ http: 'http://p' });
    expect(get_environ_proxies('http://h/', { no_proxy: 'h' })).toEqual({});
    expect(get_environ_proxies('http://h/', { no_proxy: null })).toMatchObject({ http: 'http://p' });
    // @ts-expect-error -- there is no such option
    expect(() => get_environ_proxies('http://h/', { noproxy: 'h' })).toThrow(
      "unexpected keyword argument 'noproxy'",
    );
  });

  it.each([
    ['http://h/', { http_proxy: 'p' }, true],
    ['http://h/', { HTTP_PROXY: 'p' }, true],
    ['http://h/', { https_proxy: 'p' }, false],
    ['https://h/', { https_proxy: 'p' }, true],
    ['https://h/', { HTTPS_PROXY: 'p' }, true],
    ['https://h/', { ALL_PROXY: 'p' }, true],
    ['ftp://h/', { FTP_PROXY: 'p' }, true],
    ['http://h/', { http_proxy: 'p', no_proxy: '*' }, false],
    ['http://h/', { no_proxy: 'x' }, false],
  ])('a session finds proxies for %j in %j: %j', (url, variables, found) => {
    env(variables);
    expect(Object.keys(environProxiesFor(url)).length > 0).toBe(found);
  });
});

describe('1.5: no_proxy', () => {
  it.each([
    ['http://example.com/', 'example.com', true],
    ['http://www.example.com/', 'example.com', true],
    ['http://www.example.com/', '.example.com', true],
    ['http://example.com/', '..example.com', true],
    ['http://notexample.com/', 'example.com', false],
    ['http://EXAMPLE.com/', 'example.com', true],
    ['http://example.com/', 'EXAMPLE.com', true],
    ['http://example.com:6000/', 'a, example.com:6000', true],
    ['http://example.com:6001/', 'a, example.com:6000', false],
    ['http://www.example.com:6000/', 'example.com:6000', true],
    ['http://example.com/', 'example.com:80', false],
    ['http://192.168.0.1/', '192.168.0.0/24', true],
    ['http://192.168.0.1:5000/', '192.168.0.1', true],
    ['http://192.168.1.1/', '192.168.0.0/24', false],
    ['http://192.168.0.1/', '192.168.0.0/33', false],
    ['http://10.0.0.1/', '0.0.1', true],
    ['http://[::1]:80/', '::1', true],
    ['http://h/', '*', true],
    ['http://h/', ' * ', false],
    ['http://h/', 'a,*', false],
    ['http://h/', '', false],
    ['http://h/', ',,', false],
    ['file:///x', null, true],
    ['nothing', null, true],
    ['http://h/', null, false],
  ])('1.5: %j with %j: %j', (url, no_proxy, bypass) => {
    expect(should_bypass_proxies(url, no_proxy)).toBe(bypass);
    expect(should_bypass_proxies(url, { no_proxy })).toBe(bypass);
  });

  it.each<[Record<string, string>, string | null, boolean]>([
    [{ no_proxy: 'example.com' }, null, true],
    [{ NO_PROXY: 'example.com' }, null, true],
    [{ no_proxy: 'other', NO_PROXY: 'example.com' }, null, false],
    [{ no_proxy: 'example.com' }, 'other', false],
    [{ no_proxy: 'example.com' }, '', false],
    [{ no_proxy: '', NO_PROXY: '*' }, null, false],
    [{ NO_PROXY: '*' }, null, true],
  ])('1.5: in %j with %j, http://example.com is fetched directly: %j', (variables, no_proxy, bypass) => {
    env(variables);
    expect(should_bypass_proxies('http://example.com/', no_proxy)).toBe(bypass);
  });

  it('1.19: proxy_bypass looks at the environment or at the proxies it is given', () => {
    env({ no_proxy: 'h' });
    expect(proxy_bypass('H')).toBe(true);
    expect(proxy_bypass('h:80')).toBe(true);
    expect(proxy_bypass_environment('h', { no: 'x' })).toBe(false);
    expect(proxy_bypass_environment('h', {})).toBe(false);
  });

  it('1.5: a malformed URL or port is a ValueError', () => {
    expect(() => should_bypass_proxies('http://[::1', null)).toThrow(ValueError);
    expect(() => should_bypass_proxies('http://h:x', 'a')).toThrow(ValueError);
  });
});

describe('1.5: the proxy of a request', () => {
  const byHost = { 'http://example.com': 'http://host', http: 'http://scheme', all: 'http://all' };
  it.each([
    ['http://example.com/', byHost, 'http://host'],
    ['http://EXAMPLE.com:80/', byHost, 'http://host'],
    ['http://other/', byHost, 'http://scheme'],
    ['https://other/', byHost, 'http://all'],
    ['https://x/', { 'all://x': 'http://x', all: 'http://all' }, 'http://x'],
    ['http://x/', { http: null, all: 'http://all' }, null],
    ['http://x/', { http: '', all: 'http://all' }, ''],
    ['http://x/', { https: 'http://p' }, null],
    ['file:///x', { file: 'http://f' }, 'http://f'],
    ['file:///x', { all: 'http://f' }, 'http://f'],
    ['http://x/', {}, null],
    ['http://x/', null, null],
  ])('1.5: for %j out of %j is %j', (url, proxies, proxy) => {
    expect(select_proxy(url, proxies)).toBe(proxy);
  });

  it('1.5: a property that is inherited is no proxy', () => {
    expect(select_proxy('constructor://h/', { https: 'x' })).toBeNull();
  });

  it('1.5: resolve_proxies fills in the environment for the scheme of the request', () => {
    env({ http_proxy: 'http://env', no_proxy: 'internal' });
    const http = { url: 'http://h/' };
    expect(resolve_proxies(http, null)).toEqual({ http: 'http://env' });
    expect(resolve_proxies(http, { http: 'http://own' })).toEqual({ http: 'http://own' });
    expect(resolve_proxies(http, { http: null })).toEqual({ http: null });
    expect(resolve_proxies(http, { no_proxy: 'h' })).toEqual({ no_proxy: 'h' });
    expect(resolve_proxies(http, {}, false)).toEqual({});
    expect(resolve_proxies(http, {}, { trust_env: false })).toEqual({});
    expect(resolve_proxies({ url: 'https://h/' }, {})).toEqual({});
    expect(resolve_proxies({ url: 'http://internal/' }, {})).toEqual({});
    expect(resolve_proxies({ url: null }, { https: 'x' })).toEqual({ https: 'x' });
    vi.stubEnv('all_proxy', 'http://all');
    expect(resolve_proxies({ url: 'https://h/' }, {})).toEqual({ https: 'http://all' });
  });

  it('1.5: the proxies that are given are not edited', () => {
    env({ http_proxy: 'http://env' });
    const given = Object.freeze({ https: 'x' });
    expect(resolve_proxies({ url: 'http://h/' }, given)).toEqual({ https: 'x', http: 'http://env' });
  });
});

describe('1.19: IPv4 addresses and networks', () => {
  it.each([
    '127.0.0.1',
    '127.1',
    '1',
    '0x7f.1',
    '0177.0.0.1',
    '1.2.3',
    '4294967295',
    '1.16777215',
    '0',
    '1.2.3.4 x',
  ])('1.19: the C library takes %j for an address', (text) => {
    expect(is_ipv4_address(text)).toBe(true);
  });

  it.each([
    '',
    'a',
    '256.1.1.1',
    '1.2.3.4.5',
    '1.2.3.',
    '.1',
    '1..2',
    ' 1.2.3.4',
    '4294967296',
    '1.16777216',
    '09.1.1.1',
    '0x',
    '-1',
    '8.8.8.8.8',
    'localhost.localdomain',
  ])('1.19: it does not take %j for one', (text) => {
    expect(is_ipv4_address(text)).toBe(false);
  });

  it.each([
    ['192.168.1.0/24', true],
    ['192.168/16', true],
    ['1.2.3.4/32', true],
    ['1.2.3.4/1', true],
    ['1.2.3.4/ +8 ', true],
    ['8.8.8.8', false],
    ['192.168.1.0/a', false],
    ['192.168.1.0/128', false],
    ['192.168.1.0/-1', false],
    ['192.168.1.0/0', false],
    ['192.168.1.999/24', false],
    ['1.2.3.4/8/9', false],
    ['/8', false],
  ])('1.19: is_valid_cidr(%j) is %j', (text, valid) => {
    expect(is_valid_cidr(text)).toBe(valid);
  });

  it('1.19: address_in_network', () => {
    expect(address_in_network('192.168.1.1', '192.168.1.0/24')).toBe(true);
    expect(address_in_network('172.16.0.1', '192.168.1.0/24')).toBe(false);
    expect(address_in_network('255.255.255.255', '128.0.0.0/1')).toBe(true);
    expect(address_in_network('1.2.3.4', '0.0.0.0/0')).toBe(true);
    expect(() => address_in_network('x', '1.0.0.0/8')).toThrow(OSError);
    expect(() => address_in_network('1.2.3.4', '1.0.0.0/x')).toThrow(ValueError);
    expect(() => address_in_network('1.2.3.4', '1.0.0.0')).toThrow(ValueError);
  });

  it('1.19: dotted_netmask', () => {
    expect([8, 24, 25, 0, 1, 32].map(dotted_netmask)).toEqual([
      '255.0.0.0',
      '255.255.255.0',
      '255.255.255.128',
      '0.0.0.0',
      '128.0.0.0',
      '255.255.255.255',
    ]);
    for (const mask of [-1, 33, 1.5]) expect(() => dotted_netmask(mask)).toThrow(ValueError);
  });

  it('property: an address is in every network made of it', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (ip, bits) => {
        expect(is_ipv4_address(ip)).toBe(true);
        expect(address_in_network(ip, `${ip}/${bits}`)).toBe(true);
      }),
      { seed: 20260130, numRuns: 500 },
    );
  });
});

describe('1.19: set_environ', () => {
  const NAME = 'REQUESTS_FUTURES_TEST';
  beforeEach(() => {
    vi.stubEnv(NAME, undefined);
  });
  afterEach(() => {
    Reflect.deleteProperty(process.env, NAME);
  });

  it('1.19: sets a variable and puts it back', () => {
    {
      using variable = set_environ(NAME, 'new');
      expect(typeof variable[Symbol.dispose]).toBe('function');
      expect(process.env[NAME]).toBe('new');
    }
    expect(NAME in process.env).toBe(false);
    process.env[NAME] = 'old';
    {
      using variable = set_environ(NAME, 'new');
      expect(typeof variable[Symbol.dispose]).toBe('function');
    }
    expect(process.env[NAME]).toBe('old');
  });

  it('1.19: null changes nothing, not even back', () => {
    process.env[NAME] = 'old';
    {
      using variable = set_environ(NAME, null);
      expect(typeof variable[Symbol.dispose]).toBe('function');
      process.env[NAME] = 'changed inside';
    }
    expect(process.env[NAME]).toBe('changed inside');
  });

  it('1.19: puts it back when something is thrown', () => {
    const attempt = (): void => {
      using variable = set_environ(NAME, 'new');
      expect(typeof variable[Symbol.dispose]).toBe('function');
      throw new Error('boom');
    };
    expect(attempt).toThrow('boom');
    expect(NAME in process.env).toBe(false);
  });
});
