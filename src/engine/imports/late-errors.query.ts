import type { Database } from '#platform/postgres/database.ts';
import { joinSql, sql } from '#platform/postgres/sql.ts';
import type { AttemptTables } from './attempt.ts';
import { isEligible, type RecordRange, refusedIn } from './load-scope.query.ts';
import { ERROR_COLUMNS, type FieldPlace, foundErrors, RECORDS_PER_CHUNK } from './judge-stage.query.ts';
import type { Resource } from './resource.ts';
import type { StageCheck } from './stage-checks.query.ts';

/** Errors that only loading met are numbered from here until the report is put in order at the end. */
const LATE_SEQ = 1_000_000_000;

export interface LateFinding {
  readonly record: number;
  /** Place of the check in the list of checks. */
  readonly kind: number;
  readonly conflict_with: string | null;
}

export interface LateErrorSetting {
  readonly importNo: number;
  readonly reportNo: number;
  readonly resource: Resource;
  readonly tables: AttemptTables;
  readonly places: readonly FieldPlace[];
  readonly checks: readonly StageCheck[];
}

/** What the checks say now about records of a range that are not refused yet. */
export function findLate(
  tx: Database,
  { importNo, checks }: LateErrorSetting,
  range: RecordRange,
): Promise<LateFinding[]> {
  const answers = checks.map(
    (check, kind) => sql`
      SELECT f.record::float8 AS record, ${kind}::int AS kind, f.conflict_with
      FROM (${check.select(isEligible(range))}) f`,
  );
  if (answers.length === 0) return Promise.resolve([]);
  return tx.many<LateFinding>(
    'findLate',
    sql`WITH ${refusedIn(importNo, range)} SELECT * FROM (${joinSql(answers, ' UNION ALL ')}) f ORDER BY record, kind`,
  );
}

/** Refuses records that were good when they were judged; returns how many. `import_jobs` is locked by the caller or free. */
export async function refuseLate(
  tx: Database,
  setting: LateErrorSetting,
  findings: readonly LateFinding[],
): Promise<number> {
  const { importNo, reportNo, resource, tables, checks, places } = setting;
  // Batches that are loaded at the same time number their late errors one after the other.
  await tx.run('lockImport', sql`SELECT FROM import_jobs WHERE no = ${importNo} FOR NO KEY UPDATE`);
  await tx.run(
    'saveLateErrors',
    sql`
      INSERT INTO record_errors (report_no, seq, ${ERROR_COLUMNS})
      SELECT ${reportNo}::bigint,
             greatest(${LATE_SEQ}::int, (SELECT max(seq) FROM record_errors WHERE report_no = ${reportNo}::bigint))
               + row_number() OVER (ORDER BY record, ord),
             ${ERROR_COLUMNS}
      FROM (${foundErrors(
        tables,
        resource,
        checks,
        places,
        sql`json_to_recordset(${JSON.stringify(findings)}::json) AS f (record bigint, kind int, conflict_with text)`,
      )}) errors`,
  );
  const records = [...new Set(findings.map(({ record }) => record))];
  await tx.run(
    'saveLateRejects',
    sql`
      INSERT INTO import_rejects AS r (import_no, chunk, records)
      SELECT ${importNo}::int, (record - 1) / ${RECORDS_PER_CHUNK}::bigint, array_agg(record ORDER BY record)
      FROM unnest(${records}::bigint[]) AS late (record) GROUP BY 2
      ON CONFLICT (import_no, chunk) DO UPDATE
      SET records = ARRAY(SELECT record FROM unnest(r.records || excluded.records) AS both_of (record) ORDER BY record)`,
  );
  return records.length;
}

/** Puts late errors in their place and brings the report's counts up to date, as the last step of an import. */
export async function settleReport(tx: Database, importId: string): Promise<void> {
  const report = await tx.maybeOne<{ no: string; late: number }>(
    'findLateErrors',
    sql`
      SELECT i.report_no AS no,
             (SELECT count(*) FROM record_errors WHERE report_no = i.report_no AND seq > ${LATE_SEQ})::int AS late
      FROM import_jobs i WHERE i.id = ${importId} AND i.report_no IS NOT NULL`,
  );
  if (!report) return;
  await tx.run(
    'settleReport',
    sql`
      UPDATE reports r
      SET rejected = i.fail_count, accepted = r.records - i.fail_count - skips.count,
          skipped = CASE WHEN skips.count > 0 THEN jsonb_build_object('exists', skips.count) ELSE '{}' END,
          error_count = r.error_count + ${report.late}
      FROM import_jobs i, LATERAL (
        SELECT CASE WHEN i.created_count + i.updated_count + i.unchanged_count + i.skipped_count > 0 THEN i.skipped_count
                    ELSE coalesce((SELECT (skipped ->> 'exists')::bigint FROM reports WHERE no = i.report_no), 0) END AS count) skips
      WHERE i.id = ${importId} AND r.no = i.report_no`,
  );
  if (report.late > 0) await renumber(tx, report.no);
}

async function renumber(tx: Database, reportNo: string): Promise<void> {
  await tx.run(
    'countLateErrors',
    sql`
      UPDATE reports
      SET summary = (
        SELECT jsonb_agg(jsonb_build_object('code', code, 'column_index', column_index, 'column', "column", 'field', field,
                                            'count', count) ORDER BY count DESC, code)
        FROM (
          SELECT code, column_index, "column", field, sum(count) AS count
          FROM (
            SELECT * FROM jsonb_to_recordset(summary) AS known (code text, column_index int, "column" text, field text, count bigint)
            UNION ALL
            SELECT code, column_index, "column", field, 1 FROM record_errors
            WHERE report_no = ${reportNo}::bigint AND seq > ${LATE_SEQ}) every
          GROUP BY code, column_index, "column", field) counted)
      WHERE no = ${reportNo}::bigint`,
  );
  // Through numbers that nobody uses: a unique index looks at every row by itself.
  await tx.run(
    'orderErrors',
    sql`
      UPDATE record_errors e SET seq = -placed.place
      FROM (SELECT seq, row_number() OVER (ORDER BY record, seq) AS place FROM record_errors
            WHERE report_no = ${reportNo}::bigint) placed
      WHERE e.report_no = ${reportNo}::bigint AND e.seq = placed.seq`,
  );
  await tx.run(
    'numberErrors',
    sql`UPDATE record_errors SET seq = -seq WHERE report_no = ${reportNo}::bigint AND seq < 0`,
  );
}
