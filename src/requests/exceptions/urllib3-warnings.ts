/** The warnings of `urllib3`. */
import { setErrorNames, Warning } from '../../builtins/index.js';

/** The base of urllib3's warnings. */
export class HTTPWarning extends Warning {}

/** A warning about security. */
export class SecurityWarning extends HTTPWarning {}

/** An HTTPS request is made without verifying the certificate. */
export class InsecureRequestWarning extends SecurityWarning {}

/** The system's clock is wrong. Never raised here: certificate errors report it. */
export class SystemTimeWarning extends SecurityWarning {}

/** The platform's TLS is too old. Never raised here: Node brings its own. */
export class InsecurePlatformWarning extends SecurityWarning {}

/** The platform's TLS is not OpenSSL. Never raised here: Node brings its own. */
export class NotOpenSSLWarning extends SecurityWarning {}

/** A package is missing that a feature needs. Never raised here: npm installs what is needed. */
export class DependencyWarning extends HTTPWarning {}

setErrorNames({
  DependencyWarning,
  HTTPWarning,
  InsecurePlatformWarning,
  InsecureRequestWarning,
  NotOpenSSLWarning,
  SecurityWarning,
  SystemTimeWarning,
});
