import type { CopyEncoder } from '#platform/postgres/binary.ts';
import type { Session } from '#platform/postgres/database.ts';
import type { BuiltSlice } from './build-slices.ts';
import { openCopy } from './copy-stream.ts';
import type { NameTable } from './name-numbers.ts';
import { PAGES_COPY, SERIES_COPY, SLICES_COPY } from './release.query.ts';
import { createSeriesBuilder } from './series-builder.ts';
import { writeSeriesRows } from './series-rows.ts';
import { type SliceDraft, UNKNOWN_YEAR } from './slice-registry.ts';

/** Names on one ranking page: two pages fill one block of 8 KB. */
const PAGE_SIZE = 480;
/** As its column holds them. */
const MAX_THRESHOLD = 0x7fff;

/** What the rows of a release say about themselves in every table. */
export interface ReleaseFacts {
  readonly releaseNo: number;
  /** Facts of the layout that an inner file was read in; `period` of what is of no single year. */
  readonly layoutOf: (file: number) => {
    readonly threshold: number | null;
    readonly isTop?: boolean;
    readonly isRounded: boolean;
    readonly period: { readonly first: number; readonly last: number };
  };
  /** False for a release of one year: a series of one element costs more than its page. */
  readonly withSeries: boolean;
  /** Everything that was read, slices without a name in the ranking included. */
  readonly drafts: readonly SliceDraft[];
  readonly areaNumber: (area: string | null) => number;
  readonly fileName: (file: number) => string;
}

export interface ReleaseWriter {
  /** Writes one slice; the slices of a group (area, gender) must follow each other by rising year. */
  write(slice: BuiltSlice): Promise<void>;
  finish(): Promise<void>;
}

/**
 * Sends a release to the server over two connections: pages and the facts of slices over one, series over the
 * other. All rows carry the number of the release, so nobody sees them and nobody waits for them.
 */
export function createReleaseWriter(
  pages: Session,
  series: Session,
  table: NameTable,
  facts: ReleaseFacts,
): ReleaseWriter {
  const pageCopy = openCopy(pages, PAGES_COPY);
  const seriesCopy = openCopy(series, SERIES_COPY);
  const sliceFacts: SliceFacts[] = [];
  const builder = createSeriesBuilder(table);
  let group: SliceDraft | undefined;

  async function finishGroup(): Promise<void> {
    const finished = group;
    if (!finished || !facts.withSeries) return;
    await writeSeriesRows(seriesCopy, builder, {
      releaseNo: facts.releaseNo,
      areaNo: facts.areaNumber(finished.area),
      gender: finished.gender,
    });
  }

  /** Slices of which nothing is in a ranking: births of unknown years, rare names together. */
  function asides(): SliceFacts[] {
    const written = new Set(sliceFacts.map(({ slice }) => slice.index));
    const nothing = { length: 0, sum: 0, hidden: 0, hasSeries: false, officeRanks: 'none' } as const;
    return facts.drafts
      .filter((draft) => draft.rowsRead > 0 && !draft.replaced && !draft.joins && !written.has(draft.index))
      .map((slice) => ({ slice, ...nothing, ...histogram(new Int32Array(0)) }));
  }

  return {
    async write(slice) {
      const { draft } = slice;
      if (group && (group.area !== draft.area || group.gender !== draft.gender)) await finishGroup();
      group = draft;
      const officeRanks = officeRanksOf(slice);
      // What only pages can say, statuses and ranks of an office, is left to them.
      const hasSeries = facts.withSeries && slice.hidden === 0 && officeRanks !== 'differ';
      if (hasSeries) builder.add(slice);
      writePages(pageCopy.encoder, slice, table, { facts, officeRanks });
      sliceFacts.push({
        slice: { ...draft },
        length: slice.length,
        sum: slice.sum,
        hidden: slice.hidden,
        hasSeries,
        officeRanks,
        ...histogram(slice.counts.subarray(0, slice.length - slice.hidden)),
      });
      await pageCopy.ready();
    },
    async finish() {
      await finishGroup();
      await Promise.all([pageCopy.end(), seriesCopy.end()]);
      const sliceCopy = openCopy(pages, SLICES_COPY);
      for (const each of [...sliceFacts, ...asides()]) {
        writeSliceFacts(sliceCopy.encoder, each, facts);
        await sliceCopy.ready();
      }
      await sliceCopy.end();
    },
  };
}

interface SliceFacts {
  readonly slice: SliceDraft;
  readonly length: number;
  readonly sum: number;
  readonly hidden: number;
  readonly hasSeries: boolean;
  readonly officeRanks: OfficeRanks;
  readonly distinct: Int32Array;
  readonly frequencies: Int32Array;
}

/** What the office prints beside the counts: no ranks, those that follow from the counts, or others. */
type OfficeRanks = 'none' | 'same' | 'differ';

function officeRanksOf({ ranks, counts, length, hidden }: BuiltSlice): OfficeRanks {
  if (!ranks) return 'none';
  let rank = 0;
  let some = false;
  for (let at = 0; at < length - hidden; at++) {
    if (at === 0 || counts[at] !== counts[at - 1]) rank = at + 1;
    if (ranks[at] === 0) continue;
    some = true;
    if (ranks[at] !== rank) return 'differ';
  }
  for (let at = length - hidden; at < length; at++) if (ranks[at] !== 0) return 'differ';
  return some ? 'same' : 'none';
}

/** What a name has fewer births than that a list of the most frequent ones leaves out: it may tie with the last of them. */
function boundOf(distinct: Int32Array): number | null {
  const last = distinct.at(-1);
  return last === undefined || last >= MAX_THRESHOLD ? null : last + 1;
}

/** How many names have each count, by falling count: ranks and ties of the slice follow from it. */
function histogram(counts: Int32Array): { distinct: Int32Array; frequencies: Int32Array } {
  const distinct: number[] = [];
  const frequencies: number[] = [];
  for (let at = 0; at < counts.length; at++) {
    if (counts[at] === counts[at - 1]) frequencies[frequencies.length - 1]!++;
    else {
      distinct.push(counts[at] as number);
      frequencies.push(1);
    }
  }
  return { distinct: Int32Array.from(distinct), frequencies: Int32Array.from(frequencies) };
}

function writePages(
  encoder: CopyEncoder,
  slice: BuiltSlice,
  table: NameTable,
  { facts, officeRanks }: { readonly facts: ReleaseFacts; readonly officeRanks: OfficeRanks },
): void {
  const area = facts.areaNumber(slice.draft.area);
  const numbers = slice.names.map((local) => table.numbers[local] as number);
  for (let page = 0, start = 0; start < slice.length; page++, start += PAGE_SIZE) {
    const end = Math.min(start + PAGE_SIZE, slice.length);
    encoder.beginRow(9);
    encoder.int4(area);
    encoder.int4(facts.releaseNo);
    encoder.int2(slice.draft.year);
    encoder.int2(slice.draft.year);
    encoder.int2(page);
    encoder.text(slice.draft.gender);
    encoder.int4Array(numbers, start, end);
    if (slice.hidden > 0) encoder.int4ArrayOfShown(slice.counts, start, end);
    else encoder.int4Array(slice.counts, start, end);
    if (slice.ranks && officeRanks === 'differ') encoder.int4ArrayOfShown(slice.ranks, start, end);
    else encoder.nul();
  }
}

function writeSliceFacts(
  encoder: CopyEncoder,
  { slice, length, sum, hidden, hasSeries, officeRanks, distinct, frequencies }: SliceFacts,
  facts: ReleaseFacts,
): void {
  const layout = facts.layoutOf(slice.file);
  const { isRounded, period } = layout;
  const threshold = layout.isTop ? boundOf(distinct) : layout.threshold;
  encoder.beginRow(19);
  encoder.int4(facts.releaseNo);
  encoder.int4(facts.areaNumber(slice.area));
  encoder.text(slice.gender);
  encoder.int2(slice.year === UNKNOWN_YEAR ? period.first : slice.year);
  encoder.int2(slice.year === UNKNOWN_YEAR ? period.last : slice.year);
  encoder.text(facts.fileName(slice.file));
  encoder.int4(slice.rowsRead - slice.unstated);
  encoder.int8(slice.sumRead);
  encoder.int4(length);
  encoder.int8(sum);
  encoder.int4(hidden);
  encoder.int8(slice.aggregates);
  encoder.int4(slice.repeats);
  if (threshold === null) encoder.nul();
  else encoder.int2(threshold);
  encoder.text(isRounded ? 'approx' : 'exact');
  encoder.bool(hasSeries);
  encoder.text(officeRanks);
  encoder.int4Array(distinct, 0, distinct.length);
  encoder.int4Array(frequencies, 0, frequencies.length);
}
