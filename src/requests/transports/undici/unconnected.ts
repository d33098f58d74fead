/** Lets tracers see a request that never had a connection: undici comes in when there is one. */
import type { Dispatcher } from 'undici';
import { ownOptions, queueMicrotask, setImmediate } from '../../../builtins/index.js';
import type { Job } from '../outgoing-request.js';
import { isWatched, shownHeaders } from './dispatch-request.js';
import type { UndiciModule } from './load-undici.js';

const IGNORING: Dispatcher.DispatchHandler = {
  onRequestStart: ignore,
  onResponseStart: ignore,
  onResponseData: ignore,
  onResponseEnd: ignore,
  onResponseError: ignore,
};

function ignore(): void {
  // The attempt has its error already.
}

/** Has undici publish the request, and that it failed to connect. Nothing is sent. */
export function publishUnconnected(undici: UndiciModule, job: Job, error: Error): void {
  if (!isWatched()) return;
  const client = new undici.Client(
    job.pool.fetchOrigin,
    ownOptions({
      connect: (_options: object, callback: (error: Error, socket: null) => void) => {
        queueMicrotask(() => {
          callback(error, null);
        });
      },
    }),
  );
  const { method, target: path } = job;
  client.dispatch(ownOptions({ path, method, headers: shownHeaders(job) }), IGNORING);
  setImmediate(() => {
    client.destroy(error).catch(ignore);
  });
}
