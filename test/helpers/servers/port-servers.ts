/** The servers that the ports talk to, and what they remember of it. */
import { createHash, createHmac } from 'node:crypto';
import { type Exchange, pause, type Route } from '../../../examples/lib/routes.js';

type Routes = Record<string, Route>;

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export function files(): Routes {
  return {
    '/files/*': ({ url, response }) => {
      if (url.pathname.endsWith('missing.bin')) response.statusCode = 404;
      return Buffer.alloc(200_000, url.pathname);
    },
  };
}

export function issues(log: string[]): Routes {
  return {
    '/issues': ({ request, response, url }) => {
      log.push(`${url.search} ${request.headers.authorization}`);
      const page = Number(url.searchParams.get('page') ?? 1);
      url.searchParams.set('page', String(page + 1));
      if (page < 3) {
        const next = `http://${request.headers.host}${url.pathname}${url.search}`;
        response.setHeader('Link', `<${next}>; rel="next", <http://other.invalid/>; rel="first"`);
      }
      return [1, 2].map((i) => ({ id: 10 * page + i, title: `issue ${i} of page ${page}` }));
    },
  };
}

export function services(log: string[]): Routes {
  const note = ({ request }: Exchange): void => void log.push(`${request.method} ${request.url}`);
  return {
    '/fine': (exchange) => {
      note(exchange);
      return 'fine';
    },
    '/moved': (exchange) => {
      note(exchange);
      exchange.response.writeHead(301, { Location: '/fine' }).end();
    },
    '/broken': (exchange) => {
      note(exchange);
      exchange.response.statusCode = 503;
      return '';
    },
    '/silent': (exchange) => {
      note(exchange);
    },
  };
}

export function shop(log: string[]): Routes {
  let sessions = 0;
  return {
    'GET /login': ({ response }) => {
      response.setHeader('Set-Cookie', 'visit=1; Path=/');
      return '<form><input name="csrf" value="t0ken"></form>';
    },
    'POST /login': async ({ request, response, body }) => {
      const form = new URLSearchParams((await body()).toString());
      log.push(`${form.toString()} ${request.headers.cookie} ${request.headers['user-agent']}`);
      const valid = form.get('password') === 'right' && form.get('csrf') === 't0ken';
      response.writeHead(302, {
        Location: valid ? '/home' : '/login',
        ...(valid && { 'Set-Cookie': `sid=${++sessions}; Path=/; HttpOnly` }),
      });
      response.end();
    },
    '/home': () => 'welcome',
    '/invoices.json': ({ request }) => {
      log.push(`invoices ${request.headers.cookie}`);
      return [{ file: 'a.pdf' }, { file: 'b.pdf' }];
    },
    'POST /logout': async ({ body }) => {
      log.push(`logout ${(await body()).toString()}`);
      return 'bye';
    },
  };
}

export function photos(log: string[]): Routes {
  return {
    'POST /photos': async ({ request, body }) => {
      const type = request.headers['content-type'] ?? '';
      const text = (await body()).toString('latin1');
      const boundary = /boundary=(.*)$/.exec(type)?.[1] ?? '';
      const parts = text.split(`--${boundary}`).slice(1, -1);
      const described = parts.map((part) => {
        const [head = '', content = ''] = part.trim().split('\r\n\r\n');
        return `${head.replaceAll('\r\n', ' ').replace('Content-Disposition: form-data; ', '')}: ${content}`;
      });
      log.push(`${request.headers.authorization} | ${described.join(' | ')}`);
      return { id: /filename="(.*?)"/.exec(text)?.[1] };
    },
  };
}

export function webhooks(log: string[], secret: string): Routes {
  const refusals = new Map([
    ['order.paid', 2],
    ['order.lost', 99],
  ]);
  return {
    'POST /hook': async ({ request, response, body }) => {
      const text = (await body()).toString();
      const { type } = JSON.parse(text) as { type: string };
      const signature = `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;
      const left = refusals.get(type) ?? 0;
      refusals.set(type, left - 1);
      response.statusCode = type === 'order.odd' ? 400 : left > 0 ? 503 : 204;
      const isSigned = request.headers['x-signature'] === signature;
      log.push(`${type} ${response.statusCode} ${isSigned ? 'signed' : 'forged'}`);
      response.end();
    },
  };
}

export function site(log: number[]): Routes {
  const links: Record<string, string[]> = {
    '/': ['/a', '/b', 'http://elsewhere.invalid/'],
    '/a': ['/b', 'c', '/missing'],
    '/b': ['/', '/a'],
    '/c': ['/d'],
    '/d': ['/e'],
    '/e': [],
  };
  return {
    '/*': ({ url, response }) => {
      log.push(performance.now() / 1000);
      const found = links[url.pathname];
      if (found === undefined) response.statusCode = 404;
      return (found ?? []).map((href) => `<a href="${href}">`).join('\n');
    },
  };
}

export function device(log: string[], temperature: number): Routes {
  return {
    '/status': ({ request, response }) => {
      const authorization = request.headers.authorization ?? '';
      const field = (name: string): string =>
        new RegExp(`[ ,]${name}="?([^",]*)`).exec(authorization)?.[1] ?? '';
      const answer = [
        md5('root:device:toor'),
        'n0nce',
        field('nc'),
        field('cnonce'),
        'auth',
        md5('GET:/status'),
      ];
      const isRight = field('response') === md5(answer.join(':'));
      log.push(authorization === '' ? 'challenged' : isRight ? 'let in' : 'refused');
      if (isRight) return { temperature };
      response.writeHead(401, { 'WWW-Authenticate': 'Digest realm="device", nonce="n0nce", qop="auth"' });
      return 'who?';
    },
  };
}

export function logs(log: string[]): Routes {
  return {
    '/logs': async ({ request, response, url }) => {
      log.push(url.search);
      request.once('close', () => log.push('closed'));
      response.setHeader('Content-Type', 'application/x-ndjson');
      const lines = [
        '{"level":"error","message":"disk full: C:\\\\"}',
        '',
        '{"level":"info","message":"hello"}',
        '{"level":"error","message":"größer"}',
      ];
      // Split in the middle of lines, of characters and of line ends.
      const bytes = Buffer.from(lines.map((line) => `${line}\r\n`).join(''));
      for (let i = 0; i < bytes.length; i += 7) {
        response.write(bytes.subarray(i, i + 7));
        await pause(0.001);
      }
      // Neither an end nor another line: the client has to give up by itself.
      if (url.searchParams.get('once') === 'True') response.end();
    },
  };
}

export function documents(log: string[], current: { version: number }): Routes {
  return {
    '/document': ({ request, response }) => {
      const tag = `"v${current.version}"`;
      const known = request.headers['if-none-match'];
      log.push(`${known ?? 'unconditional'} ${request.headers['if-modified-since'] ?? 'whenever'}`);
      response.setHeader('ETag', tag);
      response.setHeader('Last-Modified', 'Wed, 01 Jan 2025 00:00:00 GMT');
      if (known !== tag) return current;
      response.writeHead(304).end();
      return undefined;
    },
  };
}

export function orders(): Routes {
  return {
    '/orders/*': ({ url, response }) => {
      const id = Number(url.pathname.split('/').at(-1));
      if (id === 3) response.statusCode = 500;
      return { id, customer: id % 2 };
    },
    '/customers/*': ({ url }) => ({ name: url.pathname.endsWith('1') ? 'Ada' : 'Bob' }),
  };
}
