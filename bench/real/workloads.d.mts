/** One workload: its name, how it is described, how many requests a run sends, and its clients where not all can do it. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly count: number;
  readonly clients?: readonly string[];
}
export const WORKLOADS: readonly Workload[];
