import type { WorkItem } from '../concurrent-futures/internal.js';
import type { JobData } from './job.js';

/** A call of this client in Redis. */
export class HandedCall {
  /** The id of its job: a new one each time it is sent. */
  id = '';
  /** Whether Redis has confirmed the job. */
  accepted = false;
  /** Whether the connection was lost before that: the job may be sent twice, so its claim must stay as a fence. */
  sentTwice = false;
  /** When its worker went missing, on the monotonic clock; null while it is alive. */
  goneSince: number | null = null;
  /** How often it was reported done before its outcome had arrived. */
  doneSeen = 0;
  /** How often it was reported waiting. */
  queuedSeen = 0;
  /** How often it may still run again if lost. */
  retriesLeft: number;

  constructor(
    readonly item: WorkItem,
    readonly name: string,
    readonly data: JobData,
    retries: number,
  ) {
    this.retriesLeft = retries;
  }

  /** Resets it before it is sent (again). */
  renew(id: string): void {
    this.id = id;
    this.accepted = false;
    this.sentTwice = false;
    this.goneSince = null;
    this.doneSeen = 0;
    this.queuedSeen = 0;
  }
}
