/** Asks for a digest at `/digest`, and says elsewhere what credentials came. */
import { createHash } from 'node:crypto';
import { routes } from '../routes.js';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
let challenges = 0;

export const listener = routes({
  '/digest': ({ request, response }) => {
    const field = (name: string): string =>
      new RegExp(`[ ,]${name}="?([^",]*)`).exec(request.headers.authorization ?? '')?.[1] ?? '';
    const secret = md5('ada:devices:engine');
    const query = md5(`${request.method}:${field('uri')}`);
    const expected = md5([secret, 'n0nce', field('nc'), field('cnonce'), 'auth', query].join(':'));
    if (field('response') === expected) return { user: field('username'), count: field('nc') };
    challenges += 1;
    const challenge = 'Digest realm="devices", nonce="n0nce", qop="auth", algorithm=MD5';
    response.writeHead(401, { 'WWW-Authenticate': challenge });
    return 'who are you?';
  },
  '/challenges': () => challenges,
  '/whoami': ({ request }) => ({
    authorization: request.headers.authorization ?? null,
    signature: request.headers['x-signature'] ?? null,
  }),
  '/elsewhere': ({ response, url }) => {
    response.writeHead(302, { Location: `${url.searchParams.get('host')}/whoami` }).end();
  },
});
