/** A login by form, an account behind it, and redirects of each kind. */
import { routes } from '../routes.js';

export const listener = routes({
  'POST /login': async ({ response, body }) => {
    const form = new URLSearchParams((await body()).toString());
    const valid = form.get('password') === 'engine';
    const cookies = valid ? ['session=s3cret; Path=/; HttpOnly', 'theme=dark; Path=/account'] : [];
    response.writeHead(302, { Location: valid ? '/account' : '/login?wrong=1', 'Set-Cookie': cookies }).end();
  },
  'GET /login': ({ response }) => {
    response.statusCode = 401;
    return 'please log in';
  },
  '/account': ({ request, response }) => {
    if (request.headers.cookie?.includes('session=s3cret')) return `welcome (${request.headers.cookie})`;
    response.writeHead(302, { Location: '/login' }).end();
    return undefined;
  },
  '/echo': ({ request }) => ({ method: request.method, cookie: request.headers.cookie ?? null }),
  '/moved/307': ({ response }) => {
    response.writeHead(307, { Location: '/echo' }).end();
  },
  '/moved/303': ({ response }) => {
    response.writeHead(303, { Location: '/echo' }).end();
  },
  '/loop': ({ response }) => {
    response.writeHead(302, { Location: '/loop' }).end();
  },
});
