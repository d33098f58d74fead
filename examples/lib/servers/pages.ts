/** Pages, from a server that keeps its connections and from one that hangs up. */
import { routes } from '../routes.js';

export const listener = routes({
  '/page': () => 'x'.repeat(2000),
  '/closing': ({ response }) => {
    response.setHeader('Connection', 'close');
    return 'the server hangs up after this';
  },
});
