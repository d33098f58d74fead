/** Where the randomness of the fuzz tests comes from: one seed, printed, and settable to see a failure again. */
import fc from 'fast-check';

/** `FUZZ_SEED`, or the same one each time: a failure of a run can be looked at again. */
export const SEED = Number(process.env['FUZZ_SEED'] ?? 20_26);
/** `FUZZ_FACTOR=10` tries ten times as many cases. */
const FACTOR = Number(process.env['FUZZ_FACTOR'] ?? 1);

console.log(`fuzzing with FUZZ_SEED=${SEED} FUZZ_FACTOR=${FACTOR}`);

/** How many cases to try where `n` are enough for each day. */
export function times(n: number): number {
  return Math.max(1, Math.round(n * FACTOR));
}

/** `n` values of `arbitrary`, the same ones for the same seed. */
export function sample<T>(arbitrary: fc.Arbitrary<T>, n: number): T[] {
  return fc.sample(arbitrary, { seed: SEED, numRuns: times(n) });
}
