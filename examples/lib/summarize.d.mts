import type { Response } from 'requests-futures/requests';

/** What {@link summarize} leaves of a response. */
export interface Summary {
  readonly rows: number;
  readonly median: number;
  /** The turnover of each shop. */
  readonly shops: Readonly<Record<string, number>>;
}

/** A hook that puts a {@link Summary} into `response.data`. */
export function summarize(response: Response): void;
