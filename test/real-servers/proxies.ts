/** squid as a proxy with credentials, and dante as a SOCKS server with and without. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../helpers/free-port.js';
import { Daemon, installed, makeFolder } from './daemon.js';

export const SQUID = installed('squid', 'squid');
export const DANTE = installed('dante', 'danted');

export const USER = 'user';
export const PASSWORD = 'pass word';

/** A running proxy. */
export interface Proxy extends AsyncDisposable {
  /** Where it listens: host and port. */
  readonly address: string;
}

function proxyOf(daemon: Daemon, port: number): Proxy {
  return { address: `127.0.0.1:${port}`, [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose]() };
}

/** Asks for the credentials above, and opens tunnels to any port. */
export async function startSquid(program: string): Promise<Proxy> {
  const folder = makeFolder('squid');
  const port = await freePort();
  const configuration = `
http_port 127.0.0.1:${port}
auth_param basic program /usr/lib/squid/basic_ncsa_auth ${folder}/users
auth_param basic children 1 startup=1 idle=1
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
cache deny all
cache_mem 1 MB
memory_pools off
access_log none
cache_store_log none
cache_log ${folder}/cache.log
coredump_dir ${folder}
pid_filename none
pinger_enable off
netdb_filename none
shutdown_lifetime 0 seconds
visible_hostname localhost
`;
  const daemon = await Daemon.start(
    program,
    ['-N', '-d', '1', '-f', join(folder, 'squid.conf')],
    folder,
    // The helper takes passwords as crypt() has them; this is PASSWORD.
    { 'squid.conf': configuration, users: `${USER}:${CRYPTED}\n` },
    [port],
  );
  return proxyOf(daemon, port);
}

/** `openssl passwd -1 -salt salt 'pass word'` */
const CRYPTED = '$1$salt$hO1/3cCDozlSOFtxq9bT00';

/**
 * dante looks users up where the system does. nss_wrapper, a library of Debian's, lets it find them in files of this test;
 * null when that is not installed.
 */
export function findUsersWrapper(): string | null {
  try {
    const folder = readdirSync('/usr/lib').find((name) => name.endsWith('-linux-gnu')) ?? '';
    const file = readdirSync(join('/usr/lib', folder)).find((name) => /^libnss_wrapper\.so/.test(name));
    return file === undefined ? null : join('/usr/lib', folder, file);
  } catch {
    return null;
  }
}

/** `wrapper`: asks for the credentials above, found by this library. */
export async function startDante(program: string, wrapper: string | null): Promise<Proxy> {
  const folder = makeFolder('dante');
  const port = await freePort();
  const me = process.getuid?.() === 0 ? 'root' : (process.env['USER'] ?? 'nobody');
  const method = wrapper === null ? 'none' : 'username';
  const configuration = `
logoutput: stderr
internal: 127.0.0.1 port = ${port}
external: 127.0.0.1
socksmethod: ${method}
clientmethod: none
user.privileged: ${me}
user.unprivileged: ${me}
client pass { from: 127.0.0.1/32 to: 0.0.0.0/0 }
socks pass { from: 127.0.0.1/32 to: 0.0.0.0/0 }
`;
  const uid = process.getuid?.() ?? 0;
  const daemon = await Daemon.start(
    program,
    ['-f', join(folder, 'danted.conf'), '-p', join(folder, 'danted.pid'), '-N', '1'],
    folder,
    {
      'danted.conf': configuration,
      passwd: `${me}:x:${uid}:0:me:/:/bin/false\n${USER}:x:4242:4242:user:/:/bin/false\n`,
      shadow: `${USER}:${CRYPTED}:19000:0:99999:7:::\n`,
      group: `${me}:x:0:\n${USER}:x:4242:\n`,
    },
    [port],
    wrapper === null
      ? {}
      : {
          LD_PRELOAD: wrapper,
          NSS_WRAPPER_PASSWD: join(folder, 'passwd'),
          NSS_WRAPPER_SHADOW: join(folder, 'shadow'),
          NSS_WRAPPER_GROUP: join(folder, 'group'),
        },
  );
  return proxyOf(daemon, port);
}
