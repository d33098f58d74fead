import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { REQUEST_CHANNEL, type RequestEvent } from 'requests-futures';

/** One request as its events told it. Times are seconds on one clock. */
export interface LoggedRequest {
  readonly method: string;
  readonly url: string;
  /** The name of the worker, null where there is none. */
  readonly worker: string | null;
  readonly status: number | null;
  readonly connection: number | null;
  /** Whether the connection had served another request. */
  readonly reused: boolean;
  /** Handed to the session. */
  readonly submitted: number;
  /** It has its worker and asks for a connection. */
  readonly started: number;
  /** It has its connection. */
  readonly connected: number;
  /** The head of the response is there. */
  readonly answered: number;
  /** The body is there, or the request has failed. */
  readonly ended: number;
}

/** Runs `work` and gives all requests that it made, in the order in which it made them. */
export async function logRequests(work: () => Promise<void>): Promise<LoggedRequest[]> {
  const events = new Map<number, RequestEvent[]>();
  const listen = (message: unknown): void => {
    const event = message as RequestEvent;
    const earlier = events.get(event.id);
    if (earlier === undefined) events.set(event.id, [event]);
    else earlier.push(event);
  };
  subscribe(REQUEST_CHANNEL, listen);
  try {
    await work();
  } finally {
    unsubscribe(REQUEST_CHANNEL, listen);
  }
  return [...events.values()].map(toRequest);
}

/** A request that is redirected or tried again would have several attempts; the ones here have one. */
function toRequest(events: readonly RequestEvent[]): LoggedRequest {
  const find = <T extends RequestEvent['type']>(type: T) =>
    events.find((event): event is Extract<RequestEvent, { type: T }> => event.type === type);
  const [first] = events as [RequestEvent];
  const started = find('started') ?? first;
  const connected = find('connected');
  const headers = find('headers');
  const end = find('body') ?? find('failed') ?? (events.at(-1) as RequestEvent);
  return {
    method: first.method,
    url: first.url,
    worker: started.worker,
    status: headers?.status ?? null,
    connection: connected?.connection ?? null,
    reused: connected?.reused ?? false,
    submitted: first.time,
    started: started.time,
    connected: connected?.time ?? end.time,
    answered: headers?.time ?? end.time,
    ended: end.time,
  };
}
