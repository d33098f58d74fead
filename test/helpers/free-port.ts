import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const LOWEST = 12_000;

/** From here on Linux hands ports out: to servers on port 0, and to every connection. */
function firstOfMany(): number {
  try {
    const [first] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split('\t');
    return Math.max(Number(first), LOWEST + 1000);
  } catch {
    return 32_768;
  }
}

/**
 * A port on which nothing listens, and nothing will unless it asks for this very port: one that was given by the system and freed again
 * may be given to a test that runs beside this one.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (firstOfMany() - LOWEST));
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => {
        resolve(false);
      });
      server.listen(port, '127.0.0.1', () => {
        server.close(() => {
          resolve(true);
        });
      });
    });
    if (isFree) return port;
  }
}
