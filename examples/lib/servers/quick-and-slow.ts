/** Answers at once, or after a while, or that there is nothing. */
import { pause, routes } from '../routes.js';

export const listener = routes({
  '/quick': () => 'quick',
  '/slow': async () => {
    await pause(1);
    return 'slow';
  },
  '/missing': async ({ response }) => {
    await pause(0.5);
    response.statusCode = 404;
    return 'missing';
  },
});
