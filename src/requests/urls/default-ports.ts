/** The ports of http and https where a URL names none. */
export const DEFAULT_PORTS: Readonly<Record<'http' | 'https', number>> = Object.freeze({
  http: 80,
  https: 443,
});

/** The port of a scheme where a URL names none; that of http for an unknown scheme. */
export function defaultPort(scheme: string): number {
  return scheme === 'https' || scheme === 'wss' ? DEFAULT_PORTS.https : DEFAULT_PORTS.http;
}
