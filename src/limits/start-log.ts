import type { Rate } from './rates.js';

/**
 * The times of the latest starts: a ring that grows only as far as its rates look back. First where the next one goes, where the
 * oldest stands; then the times, -Infinity where there was no start yet. An object around it would be a tenth of an idle key.
 */
export type StartLog = number[];

const SMALLEST = 4;

/** The log before any start. */
export const NO_STARTS: StartLog = [0];

/** The time of the `n`-th latest start, n from 1; -Infinity when there were fewer. */
export function latestStart(log: StartLog, n: number): number {
  const length = log.length - 1;
  if (n > length) return -Infinity;
  const at = (log[0] as number) - n;
  return log[1 + (at < 0 ? at + length : at)] as number;
}

/** Records a start, and returns the log, which may be another. Times never decrease. */
export function withStart(log: StartLog, at: number, rates: readonly Rate[]): StartLog {
  const length = log.length - 1;
  const oldest = length === 0 ? at : latestStart(log, length);
  const mustGrow = rates.some(({ count, period }) => count > length && at - oldest < period);
  const ring = mustGrow ? grown(log, rates) : log;
  if (ring.length === 1) return ring;
  const next = ring[0] as number;
  ring[1 + next] = at;
  ring[0] = next + 2 === ring.length ? 0 : next + 1;
  return ring;
}

function grown(log: StartLog, rates: readonly Rate[]): StartLog {
  const length = log.length - 1;
  const most = Math.max(...rates.map(({ count }) => count));
  const size = Math.min(Math.max(SMALLEST, 2 * length), most);
  // Filled, as an array that grows has room to spare.
  const larger = new Array<number>(1 + size).fill(-Infinity);
  larger[0] = 0;
  for (let n = 1; n <= length; n += 1) larger[1 + size - n] = latestStart(log, n);
  return larger;
}
