/** The ports that http and https have when a URL names none. */
export const DEFAULT_PORTS: Readonly<Record<'http' | 'https', number>> = Object.freeze({
  http: 80,
  https: 443,
});

/** The path of the CA bundle in use: null, as Node carries the root certificates within itself, where Python ships a file. */
export const DEFAULT_CA_BUNDLE_PATH: null = null;
