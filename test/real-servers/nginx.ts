/** nginx with a little of everything, over HTTP/1.1, TLS and HTTP/2. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loopbackCertificate, testAuthority } from '../helpers/servers/certificates.js';
import { freePort } from '../helpers/free-port.js';
import { Daemon, installed, makeFolder } from './daemon.js';

export const NGINX = installed('nginx', 'nginx');

/** What `/text` answers, and `/gzip` in compressed form. */
export const TEXT = 'one line of text\n'.repeat(200);
/** The credentials of `/private`. */
export const CREDENTIALS: [user: string, password: string] = ['user', 'pass word'];
/** How many requests a connection of the limited server serves. */
export const REQUESTS_PER_CONNECTION = 3;

export interface Nginx extends AsyncDisposable {
  /** HTTP/1.1. */
  readonly http: string;
  /** HTTP/1.1 or HTTP/2 by TLS. */
  readonly https: string;
  /** The same, where a connection serves few requests. */
  readonly limited: { readonly http: string; readonly https: string };
  /** The file with the certificate of the authority. */
  readonly ca: string;
}

function configuration(
  folder: string,
  [http, https, limitedHttp, limitedHttps]: readonly [number, number, number, number],
): string {
  return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${folder}/temp;
  proxy_temp_path ${folder}/temp;
  fastcgi_temp_path ${folder}/temp;
  uwsgi_temp_path ${folder}/temp;
  scgi_temp_path ${folder}/temp;
  default_type text/plain;
  keepalive_timeout 30s 20s;
  server {
    listen 127.0.0.1:${http};
    listen 127.0.0.1:${https} ssl http2;
    ssl_certificate ${folder}/server.pem;
    ssl_certificate_key ${folder}/server.key;
    root ${folder}/files;
    client_max_body_size 64m;
    location = /text { alias ${folder}/text; }
    location = /gzip { alias ${folder}/text; gzip on; gzip_min_length 1; gzip_types text/plain; }
    location = /connection { return 200 "$connection $connection_requests $server_protocol"; }
    location = /echo { return 200 "$request_method $http_x_test $http_content_length $args"; }
    location = /private { auth_basic "here"; auth_basic_user_file ${folder}/users; alias ${folder}/text; }
    location = /there { return 302 /text; }
    location = /empty { return 204; }
    location = /small { client_max_body_size 1k; dav_methods PUT; }
    location /files/ { alias ${folder}/files/; dav_methods PUT DELETE; }
  }
  server {
    listen 127.0.0.1:${limitedHttp};
    listen 127.0.0.1:${limitedHttps} ssl http2;
    ssl_certificate ${folder}/server.pem;
    ssl_certificate_key ${folder}/server.key;
    keepalive_requests ${REQUESTS_PER_CONNECTION};
    location / { return 200 "$connection"; }
  }
}
`;
}

export async function startNginx(program: string): Promise<Nginx> {
  const folder = makeFolder('nginx');
  for (const name of ['temp', 'files']) mkdirSync(join(folder, name));
  const ports = [await freePort(), await freePort(), await freePort(), await freePort()] as const;
  const [http, https, limitedHttp, limitedHttps] = ports;
  const { cert, key } = loopbackCertificate();
  const daemon = await Daemon.start(
    program,
    ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'],
    folder,
    {
      'nginx.conf': configuration(folder, ports),
      'server.pem': cert,
      'server.key': key,
      'ca.pem': testAuthority().cert,
      text: TEXT,
      users: `${CREDENTIALS[0]}:{PLAIN}${CREDENTIALS[1]}\n`,
    },
    ports,
  );
  return {
    http: `http://127.0.0.1:${http}`,
    https: `https://127.0.0.1:${https}`,
    limited: { http: `http://127.0.0.1:${limitedHttp}`, https: `https://127.0.0.1:${limitedHttps}` },
    ca: join(folder, 'ca.pem'),
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  };
}
