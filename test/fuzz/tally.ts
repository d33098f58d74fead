/** What came of the inputs of a run, and what must never come of one. */
import { RequestException } from 'requests-futures/requests';

/** The counts of a run: all but `inputs` and `answered` must stay 0. */
export class Tally {
  inputs = 0;
  /** Those that gave a response. */
  answered = 0;
  /** No outcome in time, or one that came by the timeout alone though the server had ended the answer. */
  hangs = 0;
  /** A process that ended, an error that reached no caller, or one that is not documented. */
  crashes = 0;
  /** An empty body where the server had sent one, without an error. */
  empty = 0;
  /** A body, or a status, of another request. */
  foreign = 0;
  /** The first few of what must never come. */
  readonly faults: string[] = [];

  get isClean(): boolean {
    return this.hangs + this.crashes + this.empty + this.foreign === 0;
  }

  add(other: Tally): void {
    for (const name of ['inputs', 'answered', 'hangs', 'crashes', 'empty', 'foreign'] as const) {
      this[name] += other[name];
    }
    this.faults.push(...other.faults.slice(0, 10 - this.faults.length));
  }

  /** Counts what must not come, and keeps a word on it. */
  fault(kind: 'hangs' | 'crashes' | 'empty' | 'foreign', about: string): void {
    this[kind] += 1;
    if (this.faults.length < 10) this.faults.push(`${kind}: ${about}`);
  }

  /** Counts a response whose body should be `id`. */
  response(status: number, text: string, id: string, about: string, expected = 200): void {
    this.answered += 1;
    if (text === '') this.fault('empty', `${about}: ${status} without a body`);
    else if (text !== id || status !== expected)
      this.fault('foreign', `${about}: ${status} ${text.slice(0, 60)}`);
  }

  error(error: unknown, about: string): void {
    if (!(error instanceof RequestException)) this.fault('crashes', `${about}: ${String(error)}`);
    else if (/timed out/i.test(error.message)) this.fault('hangs', `${about}: ${String(error)}`);
  }
}

/** Counts as crashes the errors that reach no caller while `run` runs. */
export async function watched(run: () => Promise<Tally>): Promise<Tally> {
  const stray: unknown[] = [];
  const note = (error: unknown): void => void stray.push(error);
  process.on('unhandledRejection', note).on('uncaughtException', note);
  try {
    const tally = await run();
    await new Promise(setImmediate);
    for (const error of stray) tally.fault('crashes', `no caller got ${String(error)}`);
    return tally;
  } finally {
    process.off('unhandledRejection', note).off('uncaughtException', note);
  }
}

const PATIENCE = 20_000;

/** Fails where `promise` has no outcome in time. */
export async function inTime<T>(promise: Promise<T>, tally: Tally, about: string): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise<null>((resolve) => {
    timer = setTimeout(() => {
      tally.fault('hangs', `${about}: no outcome`);
      resolve(null);
    }, PATIENCE);
  });
  try {
    return await Promise.race([promise, hung]);
  } finally {
    clearTimeout(timer);
  }
}
