export { AuthBase } from './auth-base.js';
export { basicAuthHeader as _basic_auth_str, HTTPBasicAuth, HTTPProxyAuth } from './basic.js';
export { HTTPDigestAuth } from './digest.js';
