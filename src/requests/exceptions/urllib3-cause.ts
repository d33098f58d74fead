import { RequestException } from './requests.js';
import { HTTPError } from './urllib3.js';

/** urllib3's error instead of that of requests, whose cause it is; other errors as they are. */
export function urllib3Cause(error: unknown): unknown {
  return error instanceof RequestException && error.cause instanceof HTTPError ? error.cause : error;
}
