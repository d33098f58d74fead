/** The content of a BullMQ job: a call and its sender. The job's name is that of the function, for dashboards. */
import { randomBytes } from 'node:crypto';
import { isPlainObject } from '../builtins/index.js';
import { VERSION } from '../requests/internal.js';
import { type CallData, FORMAT } from './envelope.js';

/** The sender of a call. */
interface Sender {
  /** The version of the wire form. */
  readonly format: number;
  /** The sender's version of this package. */
  readonly version: string;
  /** The sender's version of the program, if it has one. */
  readonly program?: string;
}

/** The data of a job. */
export type JobData = Sender & CallData;

/**
 * A new client id. Its first letter is the fate of the waiting calls when the client is gone, so that workers need no lookup:
 * c drop, k keep.
 */
export function newClientId(orphans: 'drop' | 'run'): string {
  return `${orphans === 'run' ? 'k' : 'c'}${randomBytes(12).toString('hex')}`;
}

/** The id of the client of a call; null for a job that is not a call. */
export function clientOf(jobId: string | undefined): string | null {
  return /^([ck][0-9a-f]{24})-\d{1,16}$/.exec(jobId ?? '')?.[1] ?? null;
}

/** Whether the calls of this client still run when it is gone. */
export function orphansRun(client: string): boolean {
  return client.startsWith('k');
}

export function jobData(call: CallData, program: string | null): JobData {
  const data = { format: FORMAT, version: VERSION, ...call };
  return program === null ? data : { ...data, program };
}

/** Whether the data of a job has the form of a call. */
export function isJobData(data: unknown): data is JobData {
  // The sender and the call itself are checked when they are read.
  return isPlainObject(data) && 'format' in data;
}

/** Job options: removed once ended, and never retried by BullMQ itself. */
export const JOB_OPTIONS = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const;

/** Milliseconds that unfetched data stays in Redis. */
export const KEPT = 3_600_000;
