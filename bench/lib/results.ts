/** What was measured, in bench/results. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Run } from './measure.js';

/** All runs of one suite, by client, and when and where they were. */
export interface Result {
  name: string;
  title: string;
  /** The day it was measured. */
  date: string;
  /** How often each client was run. */
  rounds: number;
  /** The machine, Node and the versions of the other clients. */
  machine: string;
  /** How many requests or tasks a run of a client was. */
  counts: Record<string, number>;
  runs: Record<string, Run[]>;
}

const directory = new URL('../results/', import.meta.url);
const data = new URL('latest.json', directory);

/** The results of earlier runs; none when there was none. */
export function savedResults(): Result[] {
  if (!existsSync(data)) return [];
  return (JSON.parse(readFileSync(data, 'utf8')) as { results: Result[] }).results;
}

/** Keeps `results`, and `page` for people. */
export function saveResults(results: readonly Result[], page: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(data, `${JSON.stringify({ results }, null, 1)}\n`);
  writeFileSync(new URL('latest.md', directory), page);
}
