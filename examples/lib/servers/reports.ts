/** Long reports, whose clients may hang up, and a search of which one finds something. */
import { pause, routes } from '../routes.js';

let hungUp = 0;

export const listener = routes({
  '/report/*': async ({ response }) => {
    // The server notices when its client leaves in the middle: that is what really stopping a request means.
    response.once('close', () => {
      if (!response.writableFinished) hungUp += 1;
    });
    await pause(0.6);
    return 'a long report';
  },
  '/search/*': async ({ url }) => {
    const number = Number(url.pathname.split('/').at(-1));
    await pause(0.02 * number);
    return { found: number === 3, number };
  },
  '/hung-up': () => ({ hungUp }),
});
