/** Answers `/after/N` after N milliseconds. */
import { pause, routes } from '../routes.js';

export const listener = routes({
  '/after/*': async ({ url }) => {
    const seconds = Number(url.pathname.split('/').at(-1)) / 1000;
    await pause(seconds);
    return { seconds };
  },
});
