/** Notes when requests come; `/arrivals` gives those times, in seconds, and starts anew. */
import { routes } from '../routes.js';

const arrivals: number[] = [];

export const listener = routes({
  '/arrivals': () => arrivals.splice(0),
  '/v1/*': () => {
    arrivals.push(performance.now() / 1000);
    return { ok: true };
  },
});
