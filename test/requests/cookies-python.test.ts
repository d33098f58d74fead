import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  DefaultCookiePolicy,
  extract_cookies_to_jar,
  get_cookie_header,
  RequestsCookieJar,
} from '../../src/requests/cookies/index.js';
import { CaseInsensitiveDict } from '../../src/requests/structures/index.js';

interface Case {
  readonly steps: readonly (readonly [url: string, line: string])[];
  /** What differs from {@link DEFAULTS}. */
  readonly cookies: readonly object[];
  readonly sent: readonly (readonly [url: string, header: string | null])[];
}

/** Made by cookies-python.py. */
const cases = readFileSync(new URL('cookies-python.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

const DEFAULTS = {
  version: 0,
  port: null,
  port_specified: false,
  domain_specified: false,
  domain_initial_dot: false,
  path: '/',
  path_specified: false,
  secure: false,
  expires: null,
  discard: true,
  comment: null,
  comment_url: null,
  rfc2109: false,
  _rest: {},
};

const NOW = 1_700_000_000;

function request(url: string): { url: string; headers: CaseInsensitiveDict } {
  return { url, headers: new CaseInsensitiveDict() };
}

describe('cookies, as Python 3.11 with requests 2.34.2 treats them', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW * 1000, toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  // The recording has none of what differs on purpose: addresses in brackets, `Version=1`, an empty `Domain`, and the
  // domains `local`, `localhost` and `0.0.1`.
  it('1.17: hundreds of Set-Cookie lines, most of them malformed, leave the same cookies and send the same headers', () => {
    const policy = new DefaultCookiePolicy({
      strict_domain: false,
      strict_ns_domain: DefaultCookiePolicy.DomainLiberal,
    });
    expect(cases).toHaveLength(400);
    for (const { steps, cookies, sent } of cases) {
      const jar = new RequestsCookieJar(policy);
      for (const [url, line] of steps) extract_cookies_to_jar(jar, request(url), [line]);
      const what = JSON.stringify(steps);
      expect(
        Array.from(jar, (cookie) => Object.assign({}, cookie)),
        what,
      ).toEqual(cookies.map((cookie) => ({ ...DEFAULTS, ...cookie })));
      for (const [url, header] of sent) {
        expect(get_cookie_header(jar, request(url)), `${what} -> ${url}`).toBe(header);
      }
    }
  });
});
