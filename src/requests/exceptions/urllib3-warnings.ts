/** The warnings of `urllib3`. */
import { setErrorName, Warning } from '../../builtins/index.js';

/** The base of urllib3's warnings. */
export class HTTPWarning extends Warning {
  static {
    setErrorName(this, 'HTTPWarning');
  }
}

/** A warning about security. */
export class SecurityWarning extends HTTPWarning {
  static {
    setErrorName(this, 'SecurityWarning');
  }
}

/** An HTTPS request is made without verifying the certificate. */
export class InsecureRequestWarning extends SecurityWarning {
  static {
    setErrorName(this, 'InsecureRequestWarning');
  }
}

/** The system's clock is wrong. Never raised here: certificate errors report it. */
export class SystemTimeWarning extends SecurityWarning {
  static {
    setErrorName(this, 'SystemTimeWarning');
  }
}

/** The platform's TLS is too old. Never raised here: Node brings its own. */
export class InsecurePlatformWarning extends SecurityWarning {
  static {
    setErrorName(this, 'InsecurePlatformWarning');
  }
}

/** The platform's TLS is not OpenSSL. Never raised here: Node brings its own. */
export class NotOpenSSLWarning extends SecurityWarning {
  static {
    setErrorName(this, 'NotOpenSSLWarning');
  }
}

/** A package is missing that a feature needs. Never raised here: npm installs what is needed. */
export class DependencyWarning extends HTTPWarning {
  static {
    setErrorName(this, 'DependencyWarning');
  }
}
