/** What stands in a BullMQ job: a call, and who has made it. The job's name is that of the function, for dashboards. */
import { randomBytes } from 'node:crypto';
import { isPlainObject } from '../builtins/index.js';
import { VERSION } from '../requests/internal.js';
import { type CallData, FORMAT } from './envelope.js';

/** Who has made a call. */
interface Sender {
  /** The number of the form of messages. */
  readonly format: number;
  /** The version of this package that has made the call. */
  readonly version: string;
  /** The version of the program that has made the call, if it has one. */
  readonly program?: string;
}

/** The data of a job. */
export type JobData = Sender & CallData;

/**
 * A new id of a client. Its first letter says what becomes of its waiting calls when it is gone, since a worker must know without
 * asking: c drop, k keep.
 */
export function newClientId(orphans: 'drop' | 'run'): string {
  return `${orphans === 'run' ? 'k' : 'c'}${randomBytes(12).toString('hex')}`;
}

/** The id of the client of a call; null for a job that is no call. */
export function clientOf(jobId: string | undefined): string | null {
  return /^([ck][0-9a-f]{24})-\d{1,16}$/.exec(jobId ?? '')?.[1] ?? null;
}

/** Whether the calls of this client run when it is gone. */
export function orphansRun(client: string): boolean {
  return client.startsWith('k');
}

export function jobData(call: CallData, program: string | null): JobData {
  const data = { format: FORMAT, version: VERSION, ...call };
  return program === null ? data : { ...data, program };
}

/** Whether the data of a job can be that of a call at all. */
export function isJobData(data: unknown): data is JobData {
  // Who has sent it, and the call itself, are looked at by those who read them.
  return isPlainObject(data) && 'format' in data;
}

/** How a job is stored: gone when it has ended, and never tried again by BullMQ itself. */
export const JOB_OPTIONS = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const;

/** For how long what nobody fetches stays in Redis, in milliseconds. */
export const KEPT = 3_600_000;
