/** Items by their number, and an address that has moved. */
import { pause, routes } from '../routes.js';

export const listener = routes({
  '/items/*': async ({ url }) => {
    await pause(0.05);
    return { id: Number(url.pathname.split('/').at(-1)) };
  },
  '/old': ({ response }) => {
    response.writeHead(302, { Location: '/items/7' }).end();
  },
});
