/** The variables that requests read. The gateway has its own environment, so changes of the caller's are sent to it. */
import type { Changes } from '../wire/protocol.js';

const PROXIES = ['http', 'https', 'all', 'no', 'socks', 'socks4', 'socks5', 'ftp'].map(
  (name) => `${name}_proxy`,
);

const NAMES: readonly string[] = [
  ...PROXIES,
  ...PROXIES.map((name) => name.toUpperCase()),
  'NETRC',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'REQUEST_METHOD',
];

/** Notices changes of the environment. */
export class EnvironmentChanges {
  /** The values sent last; null for nothing yet. */
  readonly #told: (string | undefined | null)[];

  /** @param isNew whether the gateway has just started with the current environment */
  constructor(isNew: boolean) {
    this.#told = NAMES.map((name) => (isNew ? process.env[name] : null));
  }

  /** The changes since the last call; null for none. */
  take(): Changes | null {
    let changes: Record<string, string | null> | null = null;
    const told = this.#told;
    for (let index = 0; index < NAMES.length; index += 1) {
      const name = NAMES[index] as string;
      const value = process.env[name];
      if (value === told[index]) continue;
      told[index] = value;
      (changes ??= {})[name] = value ?? null;
    }
    return changes;
  }
}

/** The environment to start the gateway with, without variables that affect Node's own start. */
export function gatewayEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  delete environment['NODE_OPTIONS'];
  return environment;
}
