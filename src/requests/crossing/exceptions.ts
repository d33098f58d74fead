/** Every exception crosses by its class. Two of one name, such as the `HTTPError` of requests and of urllib3, are kept apart. */
import { setReferences } from '../../builtins/index.js';
import { CookieConflictError } from '../cookies/index.js';
import * as requests from '../exceptions/requests.js';
import * as waiting from '../exceptions/waiting.js';
import * as urllib3 from '../exceptions/urllib3.js';

setReferences(import.meta.url, { CookieConflictError });
setReferences(import.meta.url, requests);
setReferences(import.meta.url, waiting);
setReferences(import.meta.url, urllib3, 'urllib3.');
