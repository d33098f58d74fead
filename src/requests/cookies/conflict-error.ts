import { RuntimeError, setErrorNames } from '../../builtins/index.js';

/**
 * Several cookies of that name meet the criteria. Name the domain or the path, too: `jar.get(name, { domain, path })`.
 */
export class CookieConflictError extends RuntimeError {}

setErrorNames({ CookieConflictError });
