import type { WorkItem } from '../concurrent-futures/internal.js';
import type { JobData } from './job.js';

/** A call that this client has in Redis. */
export class HandedCall {
  /** The id of its job: another one each time it is handed over. */
  id = '';
  /** Whether Redis has said that it has the job. */
  accepted = false;
  /** Whether the connection was lost before that: the job may be sent twice, and its claim must stay to fence it. */
  sentTwice = false;
  /** Since when its worker has not been heard of, on the monotonic clock; null while it is. */
  goneSince: number | null = null;
  /** How often it was said to be done before its outcome was here. */
  doneSeen = 0;
  /** How often it may still be run again when it is lost. */
  retriesLeft: number;

  constructor(
    readonly item: WorkItem,
    readonly name: string,
    readonly data: JobData,
    retries: number,
  ) {
    this.retriesLeft = retries;
  }

  /** Before it is handed over (again). */
  renew(id: string): void {
    this.id = id;
    this.accepted = false;
    this.sentTwice = false;
    this.goneSince = null;
    this.doneSeen = 0;
  }
}
