/** Answers that come late or never, each in its own way. */
import type { RequestListener } from 'node:http';

export const listener: RequestListener = (request, response) => {
  if (request.url === '/drip') {
    const timer = setInterval(() => response.write('.'), 50);
    response.on('close', () => {
      clearInterval(timer);
    });
  } else if (request.url === '/busy') response.writeHead(503, { 'Retry-After': '60' }).end();
  else if (request.url === '/quick') response.end('quick');
};
