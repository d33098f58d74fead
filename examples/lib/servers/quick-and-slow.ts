/** Answers at once, or after a while. */
import { pause, routes } from '../routes.js';

export const listener = routes({
  '/quick': () => 'quick',
  '/slow': async () => {
    await pause(0.3);
    return 'slow';
  },
});
