import { AppError } from '#platform/errors.ts';
import type { Database } from '#platform/postgres/database.ts';
import { sliceId } from '../read-model/catalog.query.ts';
import { loadSliceRows } from '../read-model/pages.query.ts';
import {
  findReadableReleases,
  type KeptChange,
  listSliceChanges,
  type SliceChangeFilter,
  type SlicePlace,
} from './changes.query.ts';
import { numberOf, pointerOf, standingsOf } from './compare-release.ts';
import { findSpellings } from './compare.query.ts';
import { type ChangeKind, createRowComparison, type NameChange } from './compare-rows.ts';
import { createKeyFinder } from './slice-keys.ts';

/** Rows of a reading that another one replaced are removed an hour later: some time before, they are not compared any more. */
const RETIRED_MS = 50 * 60_000;
const SLICES_AT_ONCE = 50;

/** A name that a reading changes in a slice. */
interface ChangedName {
  readonly area: string;
  readonly year: number;
  readonly gender: 'F' | 'M';
  readonly name: string;
  readonly kind: ChangeKind;
  readonly count_before: number | null;
  readonly count: number | null;
  readonly change: number | null;
  readonly rank_before: number | null;
  readonly rank: number | null;
  readonly rank_change: number | null;
}

/** Where a list of names begins: `at` is the place in the slice, or without one in the whole list. */
export interface NamesFrom {
  readonly slice: SlicePlace | undefined;
  readonly at: number;
}

export interface NamesPage {
  readonly names: readonly ChangedName[];
  /** Of the first name that is not on the page; undefined at the end. */
  readonly next:
    | { readonly area: string; readonly year: number; readonly gender: string; readonly at: number }
    | undefined;
}

interface Wish {
  readonly datasetId: string;
  readonly filter: SliceChangeFilter;
  readonly limit: number;
}

/**
 * A page of the names that a reading changes, slice by slice, the largest changes of each first. The rows of both
 * editions are compared again for it, those of a slice at a time. Throws gone: diff_expired.
 */
export async function findChangedNames(db: Database, wish: Wish, from: NamesFrom): Promise<NamesPage> {
  const found: { readonly slice: KeptChange; readonly change: NameChange }[] = [];
  let skipped = from.at;
  for await (const slice of slicesFrom(db, wish, from.slice)) {
    const size = sizeOf(slice, wish.filter.names);
    if (skipped >= size) {
      skipped -= size;
      continue;
    }
    if (found.length === wish.limit) {
      const { area, year, gender } = slice;
      return { names: await inWords(db, found), next: { area, year, gender, at: skipped } };
    }
    const changes = await changesOf(db, wish, slice);
    const end = Math.min(changes.length, skipped + wish.limit - found.length);
    for (const change of changes.slice(skipped, end)) found.push({ slice, change });
    if (end < changes.length) {
      const { area, year, gender } = slice;
      return { names: await inWords(db, found), next: { area, year, gender, at: end } };
    }
    skipped = 0;
  }
  return { names: await inWords(db, found), next: undefined };
}

async function* slicesFrom(
  db: Database,
  { datasetId, filter }: Wish,
  first: SlicePlace | undefined,
): AsyncGenerator<KeptChange> {
  let from = first;
  for (;;) {
    const slices = await listSliceChanges(db, datasetId, filter, { limit: SLICES_AT_ONCE, offset: 0, from });
    yield* slices;
    const last = slices.at(-1);
    if (!last || slices.length < SLICES_AT_ONCE) return;
    from = { area: last.area, year: last.year, gender: last.gender, isIncluded: false };
  }
}

function sizeOf(slice: KeptChange, kind: ChangeKind | null | undefined): number {
  if (kind) return slice[`names_${kind}`];
  return slice.names_new + slice.names_gone + slice.names_revised;
}

async function changesOf(
  db: Database,
  { datasetId, filter }: Wish,
  slice: KeptChange,
): Promise<NameChange[]> {
  const { area_no: areaNo, gender, year, release_no: releaseNo, former_no: formerNo } = slice;
  const pointers = [releaseNo, formerNo].map((no) => pointerOf({ areaNo, gender, year }, no));
  const rows = await loadSliceRows(db, pointers);
  const [after, before] = pointers.map((pointer) => rows.get(sliceId(pointer)));
  // After the rows were read: what is readable now was whole then.
  const readable = await findReadableReleases(db, [releaseNo, formerNo ?? 0], {
    datasetId,
    retiredMs: RETIRED_MS,
  });
  if (!before || !after || readable.size < 2) throw expired();
  const changes = await createRowComparison(createKeyFinder(db))(before, after);
  const wanted = filter.names ? changes.filter(({ kind }) => kind === filter.names) : changes;
  return wanted.sort((a, b) => sizeOfChange(b) - sizeOfChange(a));
}

function sizeOfChange({ before, after }: NameChange): number {
  return Math.abs((after?.count ?? 0) - (before?.count ?? 0));
}

async function inWords(
  db: Database,
  found: readonly { readonly slice: KeptChange; readonly change: NameChange }[],
): Promise<ChangedName[]> {
  const numbers = found.map(({ change }) => numberOf(change));
  const spelled = numbers.length === 0 ? [] : await findSpellings(db, numbers);
  const names = new Map(spelled.map(({ no, name }) => [no, name]));
  return found.map(({ slice: { area, year, gender }, change }) => {
    const { count_before, count, rank_before, rank } = standingsOf(change);
    return {
      area,
      year,
      gender,
      name: names.get(numberOf(change)) ?? '',
      kind: change.kind,
      count_before,
      count,
      change: difference(count, count_before),
      rank_before,
      rank,
      rank_change: difference(rank_before, rank),
    };
  });
}

/** Unknown where one of both is. */
function difference(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one - other;
}

function expired(): AppError {
  const message =
    'The numbers of this comparison are no longer kept: a dry run keeps what it read for 7 days, and a deleted dataset, ' +
    'or one that was read again since, is not compared with. `changes` of the dataset and the list of its slices stay.';
  return new AppError('gone', 'diff_expired', message);
}
