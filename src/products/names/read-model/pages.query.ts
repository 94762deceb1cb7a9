import { intArray } from '#platform/postgres/array-text.ts';
import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { sliceId, type SlicePointer } from './catalog.query.ts';

/** The names of a slice by falling count, then name; dictionary numbers. */
export interface SliceRows {
  readonly numbers: Int32Array;
  /** 0 for a hidden count: such names stand last, by the office's rank where it prints one, then by name. */
  readonly counts: Int32Array;
  /** Ranks that the office prints, 0 where it prints none; undefined where they follow from the counts, or are none. */
  readonly ranks?: Int32Array;
}

/** The rows of some slices by `sliceId`. */
export async function loadSliceRows(
  db: Database,
  slices: readonly SlicePointer[],
): Promise<Map<string, SliceRows>> {
  const rows = await db.raw(
    'loadSliceRows',
    sql`
      SELECT p.release_no, p.area_no, p.gender, p.from_year, p.to_year, p.names, p.counts, p.ranks_published
      FROM unnest(
        ${slices.map(({ areaNo }) => areaNo)}::int[], ${slices.map(({ gender }) => gender)}::bpchar[],
        ${slices.map(({ toYear }) => toYear)}::smallint[], ${slices.map(({ fromYear }) => fromYear)}::smallint[],
        ${slices.map(({ releaseNo }) => releaseNo)}::int[]
      ) AS wanted (area_no, gender, to_year, from_year, release_no)
      JOIN ranking_pages p ON (p.area_no, p.gender, p.to_year, p.from_year, p.release_no)
        = (wanted.area_no, wanted.gender, wanted.to_year, wanted.from_year, wanted.release_no)
      ORDER BY p.area_no, p.gender, p.to_year, p.from_year, p.release_no, p.page`,
  );
  const pages = Map.groupBy(rows, (row) => {
    const [releaseNo, areaNo, gender, fromYear, toYear] = row as [string, string, 'F' | 'M', string, string];
    return sliceId({ releaseNo: +releaseNo, areaNo: +areaNo, gender, fromYear: +fromYear, toYear: +toYear });
  });
  return new Map([...pages].map(([id, ofSlice]) => [id, rowsOf(ofSlice)]));
}

function rowsOf(pages: readonly (string | null)[][]): SliceRows {
  const rows = { numbers: joined(pages, 5), counts: joined(pages, 6) };
  return (pages[0]?.[7] ?? null) === null ? rows : { ...rows, ranks: joined(pages, 7) };
}

function joined(pages: readonly (string | null)[][], column: number): Int32Array {
  const parts = pages.map((page) => intArray(page[column] ?? '{}', 0));
  const whole = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
