import { UnrewindableBodyError } from '../../exceptions/requests.js';
import { bodyFromPosition } from './body-position.js';
import type { PreparedRequest } from '../../models/prepared-request.js';

/**
 * Brings the body back to where it was when the request was prepared, so that it can be sent again; a file stream is
 * replaced by a fresh one. Throws UnrewindableBodyError when that cannot be done.
 */
export function rewind_body(prepared_request: PreparedRequest): void {
  const { body } = prepared_request;
  let rewound: typeof body | undefined;
  try {
    rewound = body === null ? undefined : bodyFromPosition(body, prepared_request._body_position);
  } catch (cause) {
    throw new UnrewindableBodyError('An error occurred when rewinding request body for redirect.', {
      request: prepared_request,
      cause,
    });
  }
  if (rewound === undefined) {
    throw new UnrewindableBodyError('Unable to rewind request body for redirect.', {
      request: prepared_request,
    });
  }
  prepared_request.body = rewound;
}
