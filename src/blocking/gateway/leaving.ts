/** How the gateway's objects cross to the caller. */
import type { Reduced } from '../../builtins/index.js';
import { Response } from '../../requests/index.js';
import { HTTPResponse } from '../../requests/packages/urllib3.js';
import { asStandIn } from '../wire/stand-in.js';
import type { Bodies } from './bodies.js';
import type { LiveResponses } from './live-responses.js';
import { originalOf } from './originals.js';

/** The receiving caller. */
interface Receiver {
  readonly handles: WeakMap<object, number>;
  readonly responses: LiveResponses;
  readonly bodies: Bodies;
  /** Whether the caller's code runs for this thread. */
  readonly isAsked: boolean;
}

/** Undefined: as to any other thread. */
export function leaveGateway(caller: Receiver, object: object): Reduced | undefined {
  const handle = caller.handles.get(object);
  if (handle !== undefined) {
    if (!(object instanceof Response)) return asStandIn('own', [handle]);
    const { history, _next, _elapsed } = object;
    return asStandIn('own', [handle], { history, _next, _elapsed });
  }
  const original = originalOf(object);
  if (original !== undefined) return asStandIn('home', [original.id]);
  if (object instanceof Response) return response(caller, object);
  if (object instanceof HTTPResponse) return raw(caller, object);
  return undefined;
}

function response(caller: Receiver, object: Response): Reduced {
  const id = caller.responses.idOf(object);
  if (id !== undefined) {
    const { history, _next } = object;
    return asStandIn('known', [id, restOf(caller, object)], { history, _next });
  }
  // The caller's code may pass it back.
  const live = caller.isAsked ? caller.responses.add(object) : null;
  return asStandIn('response', [live], Object.assign<Record<string, unknown>, Response>({}, object));
}

/** The rest of a body that the caller got unread, from an adapter, and passed on to the session, which has read it here; else null. It is empty if the caller has got all of it. */
function restOf(caller: Receiver, { _content, raw }: Response): Buffer | null {
  const ahead = Buffer.isBuffer(_content) && raw !== null ? caller.bodies.takeOver(raw) : null;
  return ahead === null ? null : Buffer.concat([ahead, _content as Buffer]);
}

function raw(caller: Receiver, object: HTTPResponse): Reduced {
  const {
    status,
    reason,
    version,
    request_method,
    request_url,
    rawHeaders: headers,
    max_response_size,
    retries,
  } = object;
  const init = { status, reason, version, request_method, headers, max_response_size, retries };
  const body = object.spent ? null : caller.bodies.idOf(object);
  return asStandIn('raw', [request_url === null ? init : { ...init, request_url }, body]);
}
