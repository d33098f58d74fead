/** A site of a million pages, each tenth of which is missing. */
import { pause, routes } from '../routes.js';

export const listener = routes({
  '/page/*': async ({ url, response }) => {
    await pause(0.005);
    const number = Number(url.pathname.split('/').at(-1));
    if (number % 10 === 0) response.statusCode = 404;
    return `page ${number}\n`.repeat(200);
  },
});
