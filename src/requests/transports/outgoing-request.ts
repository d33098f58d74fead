import type { AbortToken } from '../../builtins/index.js';
import type { RequestTrace } from '../diagnostics/trace.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { SharedHeaders } from '../headers/shared-headers.js';
import type { HeaderEntry } from '../structures/case-insensitive-dict.js';
import type { Timeout } from '../urllib3/timeout.js';
import type { HTTPConnectionPool } from './connections/connection-pool.js';

/** What is to be sent, the same for every attempt. */
export interface Job {
  readonly pool: HTTPConnectionPool;
  readonly request: PreparedRequest;
  readonly method: string;
  /** The request-target: path and query, or the whole URL for a proxy that forwards. */
  readonly target: string;
  readonly headers: ReadonlyMap<string, HeaderEntry<string>>;
  /** The same, where other requests have them, too. */
  readonly shared: SharedHeaders | null;
  readonly timeout: Timeout;
  readonly token: AbortToken | null;
  readonly maxResponseSize: number | null;
  /** Whether the body is left unread until somebody reads it. */
  readonly stream: boolean;
  /** Is told what becomes of the request; null when nobody wants to know. */
  readonly trace: RequestTrace | null;
  /** Called when the body of the response is done with. */
  readonly onDone: (() => void) | null;
}
