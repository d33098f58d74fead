import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { writeFile } from 'node:fs/promises';
import { VERSION } from '../version.js';
import {
  type AttemptEvent,
  type BodyEvent,
  type ConnectedEvent,
  type FailedEvent,
  type HeadersEvent,
  REQUEST_CHANNEL,
  type RequestEvent,
  type SettledEvent,
} from './events.js';
import { harEntry, type RecordedAttempt } from './har-entry.js';
import type { HAR } from './har-types.js';

/** A request that may still have events. */
interface OpenRequest {
  readonly since: number;
  started: number;
  readonly attempts: RecordedAttempt[];
  isSettled: boolean;
}

/**
 * Writes down all requests of this thread, whichever session sends them, and those that its worker pools send for it: one
 * entry for each attempt to send each hop, as an HTTP Archive (HAR 1.2), which browsers and many tools show as a waterfall.
 * Bodies are not recorded; passwords in URLs and the values of cookies and of `Authorization` are masked. A secret in the
 * path, the query or a header of another name is not: look at what you pass on.
 *
 * @example
 * ```ts
 * using recorder = new HARRecorder().start();
 * await session.get('https://example.org/');
 * await recorder.save('session.har');
 * ```
 */
export class HARRecorder implements Disposable {
  readonly #attempts: RecordedAttempt[] = [];
  readonly #open = new Map<number, OpenRequest>();
  #isRecording = false;
  readonly #listener = (event: unknown): void => {
    // Nothing else is published on this channel.
    this.#record(event as RequestEvent);
  };

  /** Records the requests that are made from now on. Returns itself. */
  start(): this {
    if (!this.#isRecording) subscribe(REQUEST_CHANNEL, this.#listener);
    this.#isRecording = true;
    return this;
  }

  /** Stops recording. What was recorded is kept, and `start()` continues. */
  stop(): void {
    if (this.#isRecording) unsubscribe(REQUEST_CHANNEL, this.#listener);
    this.#isRecording = false;
    this.#open.clear();
  }

  /** Forgets what was recorded. */
  clear(): void {
    this.#attempts.length = 0;
    this.#open.clear();
  }

  /**
   * The archive so far: what has ended, and what has at least the head of its response. A request that failed or was
   * cancelled has an entry with status 0 and `_error`, unless it was an answer that failed.
   */
  get har(): HAR {
    const shown = this.#attempts.filter(({ headers, end }) => headers !== null || end !== null);
    const entries = shown.sort((a, b) => a.since - b.since).map(harEntry);
    return { log: { version: '1.2', creator: { name: 'requests-futures', version: VERSION }, entries } };
  }

  /** The same as {@link har}, for `JSON.stringify`. */
  toJSON(): HAR {
    return this.har;
  }

  /** Writes the archive to a file. Rejects as `fs.promises.writeFile` does. */
  async save(path: string | URL): Promise<void> {
    await writeFile(path, `${JSON.stringify(this.har, null, 2)}\n`);
  }

  /** `using recorder = …`: the same as {@link stop}. */
  [Symbol.dispose](): void {
    this.stop();
  }

  #record(event: RequestEvent): void {
    const { type, id, time } = event;
    if (type === 'submitted') {
      // Started by an event: a cancelled request has spent all its time in the queue.
      this.#open.set(id, { since: time, started: Infinity, attempts: [], isSettled: false });
      return;
    }
    if (type === 'started') {
      const submitted = this.#open.get(id);
      if (submitted !== undefined) submitted.started = time;
      else this.#open.set(id, { since: time, started: time, attempts: [], isSettled: false });
      return;
    }
    if (type === 'queued' || type === 'paused' || type === 'resumed') return;
    const request = this.#open.get(id);
    // One that was under way when recording began.
    if (request === undefined) return;
    if (type === 'attempt') this.#add(request, event, event);
    else if (type === 'settled') {
      // A request that did not even come to an attempt has an entry, too.
      if (event.outcome !== 'result' && request.attempts.length === 0) this.#add(request, null, event);
      settle(request, event);
    } else note(request, event);
    if (request.isSettled && request.attempts.every(({ end }) => end !== null)) this.#open.delete(id);
  }

  #add(request: OpenRequest, begun: AttemptEvent | null, last: RequestEvent): void {
    const isFirst = request.attempts.length === 0;
    const { since, started } = isFirst ? request : { since: last.time, started: last.time };
    const attempt = { since, started, begun, connected: null, headers: null, end: null, last };
    request.attempts.push(attempt);
    this.#attempts.push(attempt);
  }
}

function note(
  { attempts }: OpenRequest,
  event: ConnectedEvent | HeadersEvent | BodyEvent | FailedEvent,
): void {
  const attempt = attempts.find(({ last }) => last.hop === event.hop && last.attempt === event.attempt);
  if (attempt === undefined) return;
  attempt.last = event;
  if (event.type === 'connected') attempt.connected = event;
  else if (event.type === 'headers') attempt.headers = event;
  else attempt.end = event;
}

/** A failure ends entries without an end event; the body of a response may be read later. */
function settle(request: OpenRequest, event: SettledEvent): void {
  request.isSettled = true;
  if (event.outcome === 'result') return;
  for (const attempt of request.attempts) {
    if (attempt.end !== null) continue;
    attempt.end = attempt.last = event;
  }
}
