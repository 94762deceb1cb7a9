import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '#platform/postgres/database.ts';
import type { Gender } from '../normalize-gender.ts';
import { sliceId, type SlicePointer } from '../read-model/catalog.query.ts';
import { loadSliceRows, type SliceRows } from '../read-model/pages.query.ts';
import { type CompareRows, createRowComparison, type NameChange } from './compare-rows.ts';
import { findSpellings, listSlicePairs, type SlicePair } from './compare.query.ts';
import { type ComparedRows, findGenderSwaps, type GenderSwap } from './gender-swaps.ts';
import { createLargest, type Largest } from './largest.ts';
import { createKeyFinder } from './slice-keys.ts';

/** Slices of both editions in memory at a time: those of eight years of an area. */
const PAIRS_AT_ONCE = 16;
const JUMPS = 10;
/** Far down, a birth more or less is a jump over thousands of ranks. */
const RANKS_THAT_JUMP = 1000;
const SWAPS_SHOWN = 20;

/** `new`: nobody supplied it; `kept`: ranks alone, which replace no counts. */
export type SliceKind = 'new' | 'revised' | 'same' | 'kept';

/** A slice of a reading beside what it meets. */
export interface SliceChange extends SlicePair {
  readonly kind: SliceKind;
  readonly namesNew: number;
  readonly namesGone: number;
  readonly namesRevised: number;
}

/** A name with its two standings in a slice; null: not listed, or hidden. */
interface Jump {
  readonly name: string;
  readonly area: string;
  readonly year: number;
  readonly gender: Gender;
  readonly count_before: number | null;
  readonly count: number | null;
  readonly rank_before: number | null;
  readonly rank: number | null;
}

export interface SwappedName {
  readonly name: string;
  readonly area: string;
  readonly year: number;
  readonly female_before: number;
  readonly male_before: number;
  readonly female: number;
  readonly male: number;
}

/** What a release changes in the numbers that are published when it is asked for. */
export interface Comparison {
  readonly slices: readonly SliceChange[];
  readonly jumps: { readonly count: readonly Jump[]; readonly rank: readonly Jump[] };
  readonly swaps: { readonly found: number; readonly names: readonly SwappedName[] };
}

interface PlacedChange {
  readonly pair: SlicePair;
  readonly change: NameChange;
}

interface PlacedSwap {
  readonly pair: SlicePair;
  readonly swap: GenderSwap;
}

interface Findings {
  readonly slices: SliceChange[];
  readonly counts: Largest<PlacedChange>;
  readonly ranks: Largest<PlacedChange>;
  readonly swaps: Largest<PlacedSwap>;
  swapsFound: number;
}

/** Compares slice by slice, so that memory does not grow with the release; `onSlices` hears of progress and may throw. */
export async function compareRelease(
  db: Database,
  releaseNo: number,
  onSlices: (done: number) => void,
): Promise<Comparison> {
  const findings: Findings = {
    slices: [],
    counts: createLargest(JUMPS),
    ranks: createLargest(JUMPS),
    swaps: createLargest(SWAPS_SHOWN),
    swapsFound: 0,
  };
  const compareRows = createRowComparison(createKeyFinder(db));
  const compared: SlicePair[] = [];
  const pairs = await listSlicePairs(db, releaseNo);
  for (const [at, pair] of pairs.entries()) {
    const kind = kindOf(pair);
    // Where one sex changes, the other one tells what that does to the gender of names.
    const other = [pairs[at - 1], pairs[at + 1]].find((each) => each && isSameYear(each, pair));
    const isNeeded = kind === 'revised' || (kind === 'same' && other && kindOf(other) === 'revised');
    if (isNeeded) compared.push(pair);
    else findings.slices.push({ ...pair, kind, namesNew: 0, namesGone: 0, namesRevised: 0 });
  }
  for (let start = 0; start < compared.length;) {
    const end = endOfYear(compared, start + PAIRS_AT_ONCE);
    await compareSome(db, releaseNo, compared.slice(start, end), compareRows, findings);
    onSlices(end);
    start = end;
  }
  return inWords(db, findings);
}

/** Ranks alone never replace counts, so there is nothing to compare. */
function kindOf({ rows, withheld, formerRows, formerWithheld, isSame }: SlicePair): SliceKind {
  if (formerRows === null) return 'new';
  if (isSame) return 'same';
  return rows === withheld && formerWithheld !== formerRows ? 'kept' : 'revised';
}

/** Both sexes of a year are looked at together. */
function endOfYear(pairs: readonly SlicePair[], end: number): number {
  const [last, next] = [pairs[end - 1], pairs[end]];
  return last && next && isSameYear(last, next) ? end + 1 : end;
}

function isSameYear(one: SlicePair, other: SlicePair): boolean {
  return one.area === other.area && one.year === other.year;
}

async function compareSome(
  db: Database,
  releaseNo: number,
  pairs: readonly SlicePair[],
  compareRows: CompareRows,
  findings: Findings,
): Promise<void> {
  const rows = await loadSliceRows(
    db,
    pairs.flatMap((pair) => [pointerOf(pair, releaseNo), pointerOf(pair, pair.formerNo)]),
  );
  let girls: { readonly pair: SlicePair; readonly rows: ComparedRows } | undefined;
  for (const pair of pairs) {
    const before = rowsOf(rows, pair, pair.formerNo);
    const after = rowsOf(rows, pair, releaseNo);
    const changes = await compareRows(before, after);
    note(findings, pair, changes);
    const compared = { before, after, changes };
    await turn();
    if (pair.gender === 'F') girls = { pair, rows: compared };
    else if (girls && isSameYear(girls.pair, pair))
      noteSwaps(findings, pair, findGenderSwaps(girls.rows, compared));
  }
}

export function pointerOf(
  { areaNo, gender, year }: Pick<SlicePair, 'areaNo' | 'gender' | 'year'>,
  releaseNo: number | null,
): SlicePointer {
  const slice = { areaNo, gender, fromYear: year, toYear: year, releaseNo: releaseNo ?? 0 };
  return { ...slice, measure: 'births', seriesReleaseNo: null };
}

function rowsOf(rows: ReadonlyMap<string, SliceRows>, pair: SlicePair, releaseNo: number | null): SliceRows {
  const found = rows.get(sliceId(pointerOf(pair, releaseNo)));
  if (!found) throw new Error(`release ${releaseNo} has no rows of ${pair.area} ${pair.year} ${pair.gender}`);
  return found;
}

function note(findings: Findings, pair: SlicePair, changes: readonly NameChange[]): void {
  const of = { new: 0, gone: 0, revised: 0 };
  for (const change of changes) {
    of[change.kind]++;
    const { before, after } = change;
    findings.counts.add(Math.abs((after?.count ?? 0) - (before?.count ?? 0)), { pair, change });
    if (!before?.rank || !after?.rank) continue;
    const jump = Math.abs(after.rank - before.rank);
    if (jump > 0 && Math.min(before.rank, after.rank) <= RANKS_THAT_JUMP)
      findings.ranks.add(jump, { pair, change });
  }
  findings.slices.push({
    ...pair,
    kind: changes.length === 0 ? 'same' : 'revised',
    namesNew: of.new,
    namesGone: of.gone,
    namesRevised: of.revised,
  });
}

function noteSwaps(findings: Findings, pair: SlicePair, swaps: readonly GenderSwap[]): void {
  findings.swapsFound += swaps.length;
  for (const swap of swaps) findings.swaps.add(swap.after.F + swap.after.M, { pair, swap });
}

async function inWords(db: Database, findings: Findings): Promise<Comparison> {
  const [counts, ranks] = [findings.counts.list(), findings.ranks.list()];
  const swaps = findings.swaps.list();
  const numbers = [
    ...[...counts, ...ranks].map(({ change }) => numberOf(change)),
    ...swaps.map(({ swap }) => swap.number),
  ];
  const spelled = numbers.length === 0 ? [] : await findSpellings(db, numbers);
  const names = new Map(spelled.map(({ no, name }) => [no, name]));
  const jump = ({ pair, change }: PlacedChange): Jump => ({
    name: names.get(numberOf(change)) ?? '',
    area: pair.area,
    year: pair.year,
    gender: pair.gender,
    ...standingsOf(change),
  });
  return {
    slices: findings.slices,
    jumps: { count: counts.map(jump), rank: ranks.map(jump) },
    swaps: {
      found: findings.swapsFound,
      names: swaps.map(({ pair: { area, year }, swap: { number, before, after } }) => ({
        name: names.get(number) ?? '',
        area,
        year,
        female_before: before.F,
        male_before: before.M,
        female: after.F,
        male: after.M,
      })),
    },
  };
}

export function numberOf({ before, after }: NameChange): number {
  return (after ?? before)?.number ?? 0;
}

/** Unknown is null: not listed there, or listed without a count. */
export function standingsOf({ before, after }: NameChange): {
  count_before: number | null;
  count: number | null;
  rank_before: number | null;
  rank: number | null;
} {
  return {
    count_before: before?.count || null,
    count: after?.count || null,
    rank_before: before?.rank || null,
    rank: after?.rank || null,
  };
}
