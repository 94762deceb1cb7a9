import type { Database } from '#platform/postgres/database.ts';
import { joinSql, type Sql, sql } from '#platform/postgres/sql.ts';
import type { Gender } from '../normalize-gender.ts';
import type { ChangeKind } from './compare-rows.ts';
import type { SliceChange, SliceKind } from './compare-release.ts';

/** Replaces what is kept of the comparison of a dataset's reading. */
export async function saveSliceChanges(
  tx: Database,
  datasetId: string,
  releaseNo: number,
  slices: readonly SliceChange[],
): Promise<void> {
  await tx.run('deleteSliceChanges', sql`DELETE FROM slice_changes WHERE dataset_id = ${datasetId}`);
  const column = <Key extends keyof SliceChange>(key: Key): SliceChange[Key][] =>
    slices.map((slice) => slice[key]);
  await tx.run(
    'insertSliceChanges',
    sql`
      INSERT INTO slice_changes (dataset_id, release_no, area_no, gender, year, kind, former_no, rows, sum, withheld,
                                 former_rows, former_sum, former_withheld, names_new, names_gone, names_revised)
      SELECT ${datasetId}, ${releaseNo}, change.*
      FROM unnest(
        ${column('areaNo')}::int[], ${column('gender')}::text[], ${column('year')}::smallint[],
        ${column('kind')}::text[], ${column('formerNo')}::int[], ${column('rows')}::int[], ${column('sum')}::bigint[],
        ${column('withheld')}::int[], ${column('formerRows')}::int[], ${column('formerSum')}::bigint[],
        ${column('formerWithheld')}::int[], ${column('namesNew')}::int[], ${column('namesGone')}::int[],
        ${column('namesRevised')}::int[]
      ) AS change`,
  );
}

export interface SliceChangeFilter {
  /** ISO 3166-2 code, or that of the country. */
  readonly area?: string | undefined;
  readonly year?: number | undefined;
  readonly gender?: Gender | undefined;
  readonly kind?: SliceKind | undefined;
  /** Only slices with such names; null: with names of any kind. */
  readonly names?: ChangeKind | null | undefined;
}

/** Where a list goes on: from this slice, or after it. */
export interface SlicePlace {
  readonly area: string;
  readonly year: number;
  readonly gender: string;
  readonly isIncluded: boolean;
}

/** What is kept of the comparison of one slice. */
export interface KeptChange {
  readonly area: string;
  readonly area_no: number;
  readonly gender: Gender;
  readonly year: number;
  readonly kind: SliceKind;
  readonly release_no: number;
  readonly former_no: number | null;
  /** Null also where it is gone by now. */
  readonly compared_with: string | null;
  readonly rows_before: number | null;
  readonly rows: number;
  readonly sum_before: number | null;
  readonly sum: number;
  readonly withheld_before: number | null;
  readonly withheld: number;
  readonly names_new: number;
  readonly names_gone: number;
  readonly names_revised: number;
}

/** By area, year and gender. */
export function listSliceChanges(
  db: Database,
  datasetId: string,
  filter: SliceChangeFilter,
  page: { readonly limit: number; readonly offset: number; readonly from: SlicePlace | undefined },
): Promise<KeptChange[]> {
  return db.many<KeptChange>(
    'listSliceChanges',
    sql`
      SELECT a.code AS area, s.area_no, s.gender, s.year, s.kind, s.release_no, s.former_no,
             r.dataset_id AS compared_with, s.former_rows AS rows_before, s.rows,
             s.former_sum::float8 AS sum_before, s.sum::float8 AS sum, s.former_withheld AS withheld_before, s.withheld,
             s.names_new, s.names_gone, s.names_revised
      FROM slice_changes s
      JOIN areas a ON a.no = s.area_no
      LEFT JOIN releases r ON r.no = s.former_no
      WHERE s.dataset_id = ${datasetId} AND ${conditions(filter, page.from)}
      ORDER BY a.code COLLATE "C", s.year, s.gender
      LIMIT ${page.limit} OFFSET ${page.offset}`,
  );
}

function conditions(
  { area, year, gender, kind, names }: SliceChangeFilter,
  from: SlicePlace | undefined,
): Sql {
  const all: Sql[] = [sql`true`];
  if (area !== undefined) all.push(sql`a.code = ${area}`);
  if (year !== undefined) all.push(sql`s.year = ${year}`);
  if (gender !== undefined) all.push(sql`s.gender = ${gender}`);
  if (kind !== undefined) all.push(sql`s.kind = ${kind}`);
  if (names === null) all.push(sql`s.names_new + s.names_gone + s.names_revised > 0`);
  if (names === 'new') all.push(sql`s.names_new > 0`);
  if (names === 'gone') all.push(sql`s.names_gone > 0`);
  if (names === 'revised') all.push(sql`s.names_revised > 0`);
  if (from) {
    const place = sql`(a.code COLLATE "C", s.year, s.gender::text)`;
    const start = sql`(${from.area}, ${from.year}, ${from.gender})`;
    all.push(from.isIncluded ? sql`${place} >= ${start}` : sql`${place} > ${start}`);
  }
  return joinSql(all, ' AND ');
}

/**
 * Of these releases those whose rows are all there: not those of a reading that another one replaced more than
 * `retiredMs` ago, nor those of deleted datasets (other than `datasetId`).
 */
export async function findReadableReleases(
  db: Database,
  releaseNos: readonly number[],
  { datasetId, retiredMs }: { readonly datasetId: string; readonly retiredMs: number },
): Promise<ReadonlySet<number>> {
  const rows = await db.many<{ no: number }>(
    'findReadableReleases',
    sql`
      SELECT r.no FROM releases r JOIN datasets d ON d.id = r.dataset_id
      WHERE r.no = ANY (${releaseNos}::int[])
        AND (d.deleted_at IS NULL OR d.id = ${datasetId})
        AND (r.state IN ('published', 'waiting')
             OR r.retired_at > clock_timestamp() - ${retiredMs} * interval '1 ms')`,
  );
  return new Set(rows.map(({ no }) => no));
}

/** Dry runs that ended longer ago than `afterMs` give up what they read; returns how many. */
export function retireOldDryRuns(db: Database, afterMs: number): Promise<number> {
  return db.run(
    'retireOldDryRuns',
    sql`
      UPDATE releases r SET state = 'retired', retired_at = clock_timestamp()
      FROM datasets d
      WHERE d.id = r.dataset_id AND d.options ->> 'dry_run' = 'true' AND r.state = 'waiting'
        AND d.processed_at < clock_timestamp() - ${afterMs} * interval '1 ms'`,
  );
}
