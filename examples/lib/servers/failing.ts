/** Refuses some requests, each path in its own way, before it answers; `/attempts/PATH` tells what came. */
import { type Route, routes } from '../routes.js';

/** One request that came, `at` so many seconds after the start. */
export interface Attempt {
  readonly path: string;
  readonly at: number;
}

const attempts: Attempt[] = [];

function failing(times: number, status: number, headers: Record<string, string> = {}): Route {
  let count = 0;
  return ({ url, response }) => {
    attempts.push({ path: url.pathname, at: performance.now() / 1000 });
    count += 1;
    if (count > times) return `fine at attempt ${count}`;
    response.writeHead(status, headers);
    return 'not now';
  };
}

export const listener = routes({
  '/flaky': failing(3, 503),
  '/broken': failing(99, 502),
  '/busy': failing(1, 429, { 'Retry-After': '1' }),
  '/order': failing(1, 503),
  '/order-again': failing(1, 503),
  '/rude': ({ request }) => {
    attempts.push({ path: '/rude', at: performance.now() / 1000 });
    request.socket.destroy();
  },
  '/attempts/*': ({ url }) => attempts.filter(({ path }) => `/attempts${path}` === url.pathname),
});
