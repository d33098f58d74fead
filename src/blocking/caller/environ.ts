/** The variables that requests look at. The gateway has an environment of its own: it is told what has changed in the caller's. */
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
  /** What was told of each; null for nothing yet. */
  readonly #told: (string | undefined | null)[];

  /** @param isNew whether the gateway has just been started, with the environment as it is */
  constructor(isNew: boolean) {
    this.#told = NAMES.map((name) => (isNew ? process.env[name] : null));
  }

  /** What is not as it was when this was last asked; null for nothing. */
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

/** The environment that the gateway is started with: without what would change how Node itself starts. */
export function gatewayEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  delete environment['NODE_OPTIONS'];
  return environment;
}
