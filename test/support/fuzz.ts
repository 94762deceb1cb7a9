/**
 * How long the conformance tests search. `FUZZ_RUNS=100000` makes it a long search, and `FUZZ_SEED` repeats one.
 */
const runs = process.env['FUZZ_RUNS'];
const seed = process.env['FUZZ_SEED'];

/** For `fc.assert`. */
export const SEARCH = { numRuns: Number(runs ?? 500), ...(seed !== undefined && { seed: Number(seed) }) };

/** Whether time is no matter: every case instead of a choice. */
export const isLongSearch = runs !== undefined;
