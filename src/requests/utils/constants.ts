/** The path of the CA bundle: null, as Node has the root certificates built in. */
export const DEFAULT_CA_BUNDLE_PATH: null = null;
