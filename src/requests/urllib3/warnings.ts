import { callAtHome } from '../../builtins/index.js';
import { HTTPWarning, InsecureRequestWarning } from '../exceptions/urllib3.js';

const disabled = new Set<abstract new () => object>();
const warnedHosts = new Set<string>();

/** Silences urllib3's warnings of `category` and of the classes derived from it. Default: all of them. */
export function disable_warnings(category: abstract new () => object = HTTPWarning): void {
  disabled.add(category);
}

function isDisabled(cls: abstract new () => object): boolean {
  for (const category of disabled) {
    if (cls === category || cls.prototype instanceof category) return true;
  }
  return false;
}

/** Warns that a request to `host` is sent without verifying the certificate: once for each host, as Python's filter does. */
export function warnInsecureRequest(host: string): void {
  if (warnedHosts.has(host) || isDisabled(InsecureRequestWarning)) return;
  warnedHosts.add(host);
  if (callAtHome(warnInsecureRequest, [host])) return;
  process.emitWarning(
    `Unverified HTTPS request is being made to host '${host}'. Adding certificate verification is strongly ` +
      'advised. See: https://urllib3.readthedocs.io/en/latest/advanced-usage.html#tls-warnings',
    'InsecureRequestWarning',
  );
}
