/** The httpbin that `HTTPBIN_URL` names, and the two kinds of session that are tried on it. */
import { afterAll, beforeAll, describe } from 'vitest';
import { FuturesSession } from '../../src/futures-session/index.js';
import { type RequestOptions, type Response, Session } from '../../src/requests/index.js';

/** Without a slash at the end; '' when there is none. */
export const HTTPBIN_URL = (process.env['HTTPBIN_URL'] ?? '').replace(/\/+$/, '');

/** What both kinds of session have; a future is awaited like any promise. */
export interface Client {
  readonly session: Session | FuturesSession;
  request(method: string, path: string, options?: RequestOptions): Promise<Response>;
  get(path: string, options?: RequestOptions): Promise<Response>;
  post(path: string, options?: RequestOptions): Promise<Response>;
}

/** The JSON of httpbin's echoes. */
export interface Echo {
  args: Record<string, string | string[]>;
  cookies: Record<string, string>;
  data: string;
  files: Record<string, string>;
  form: Record<string, string | string[]>;
  headers: Record<string, string>;
  json: unknown;
  method: string;
  url: string;
}

export function echoOf(response: Response): Echo {
  response.raise_for_status();
  return response.json<Echo>();
}

const KINDS = { Session: () => new Session(), FuturesSession: () => new FuturesSession({ max_workers: 4 }) };

/** Declares the tests of `body` once for each kind of session; they are skipped when there is no httpbin. */
export function describeHttpbin(title: string, body: (client: () => Client) => void): void {
  describe.skipIf(HTTPBIN_URL === '').each(Object.entries(KINDS))(
    `httpbin: ${title}, through %s`,
    (_kind, make) => {
      let session: Session | FuturesSession;
      const request = async (method: string, path: string, options: RequestOptions = {}): Promise<Response> =>
        session.request(method, HTTPBIN_URL + path, options);
      beforeAll(() => {
        session = make();
      });
      afterAll(() => session.close());
      body(() => ({
        session,
        request,
        get: (path, options) => request('GET', path, options),
        post: (path, options) => request('POST', path, options),
      }));
    },
  );
}
