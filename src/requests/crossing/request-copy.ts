/** How requests cross to another thread. */
import { setReducer, setReferences } from '../../builtins/index.js';
import { authOfHook, type HTTPDigestAuth, hookOfAuth } from '../auth/digest.js';
import { PreparedRequest } from '../models/prepared-request.js';
import { Request } from '../models/request.js';
import type { ResponseHook } from '../types.js';

/** An auth object among the hooks represents the hook that it registers. */
function restorePreparedRequest(
  fields: Readonly<Record<string, unknown>>,
  hooks: readonly (ResponseHook | HTTPDigestAuth)[],
): PreparedRequest {
  const response = hooks.map((hook) => (typeof hook === 'function' ? hook : hookOfAuth(hook)));
  return Object.assign(new PreparedRequest(), fields, { hooks: { response } });
}

setReferences(import.meta.url, { Request, restorePreparedRequest });
setReducer(PreparedRequest, (request) => {
  const { headers, hooks } = request;
  return [
    restorePreparedRequest,
    [
      Object.assign({}, request, { _headers: headers, _hooks: null }),
      hooks.response.map((hook) => authOfHook(hook) ?? hook),
    ],
  ];
});
