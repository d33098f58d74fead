/** What stands in a BullMQ job: the bytes of a call, and who has made it. The job's name is that of the function, for dashboards. */
import { randomBytes } from 'node:crypto';
import { isPlainObject } from '../builtins/index.js';
import { VERSION } from '../requests/version.js';
import { FORMAT } from './envelope.js';

/** The data of a job. */
export interface JobData {
  /** The number of the form of messages. */
  readonly format: number;
  /** The version of this package that has made the call. */
  readonly version: string;
  /** The version of the program that has made the call, if it has one. */
  readonly program?: string;
  /** The call, in base64. */
  readonly call: string;
}

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

export function jobData(call: Buffer, program: string | null): JobData {
  const data = { format: FORMAT, version: VERSION, call: call.toString('base64') };
  return program === null ? data : { ...data, program };
}

/** The data of a job, if it is a call; null if it is anything else. */
export function asJobData(data: unknown): JobData | null {
  if (!isPlainObject(data) || typeof data['call'] !== 'string') return null;
  // Format and versions are compared, whatever they are.
  return data as unknown as JobData;
}

/** How a job is stored: gone when it has ended, and never tried again by BullMQ itself. */
export const JOB_OPTIONS = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const;

/** For how long what nobody fetches stays in Redis, in milliseconds. */
export const KEPT = 3_600_000;
