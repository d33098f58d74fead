/** Orders of three customers: the later in the alphabet, the sooner; one of the customers is missing. */
import { pause, routes } from '../routes.js';

const wait = { ada: 90, bob: 60, cyd: 30 } as Record<string, number>;

export const listener = routes({
  '/customer/*': async ({ url, response }) => {
    const name = url.pathname.split('/').at(-1) ?? '';
    await pause((wait[name] ?? 0) / 1000);
    if (name === 'bob') response.statusCode = 404;
    return { orders: name.length };
  },
});
