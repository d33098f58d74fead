/** The functions that are importable as they are: `executor.map(requests.get, urls)`. */
import { setReferences } from '../../builtins/index.js';
import { delete as del, get, head, options, patch, post, put, request, session } from '../api.js';

setReferences(import.meta.url, { delete: del, get, head, options, patch, post, put, request, session });
