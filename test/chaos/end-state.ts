import { globSync } from 'node:fs';
import type { Pool } from '#platform/postgres/database.ts';
import { type Sql, sql } from '#platform/postgres/sql.ts';
import { publishedDigest } from '#test/support/names-digest.ts';
import type { Site } from './cluster.ts';

/** What is left of all work, without ids and times: equal for runs in which the same was done. */
export interface EndState {
  /** Of each table, a line for each row. */
  readonly rows: Readonly<Record<string, readonly string[]>>;
  readonly published: string;
  /** The same, asked of the standby. */
  readonly publishedByStandby: string;
  /** How many files of each kind are stored. */
  readonly stored: Readonly<Record<string, number>>;
  /** Files that nothing names, uploads that nobody ended, rows and tables that nothing leads to. */
  readonly leftovers: readonly string[];
}

export async function readEndState(site: Site, pool: Pool, standby: Pool): Promise<EndState> {
  const rows: Record<string, string[]> = {};
  for (const [table, statement] of Object.entries(TABLES)) rows[table] = await linesOf(pool, statement);
  const keys = await site.bucket.keys();
  return {
    rows,
    published: await publishedDigest(pool),
    publishedByStandby: await publishedDigest(standby),
    stored: countKinds(keys),
    leftovers: [
      ...(await unnamedFiles(pool, keys)),
      ...(await site.bucket.unfinished()).map((key) => `unfinished ${key}`),
      ...(await linesOf(pool, LEFT_ROWS)),
      ...site.scratch.flatMap((folder) => globSync('*/**/*', { cwd: folder })),
    ],
  };
}

/** Errors of a report, in their order. */
const errors = sql`
  (SELECT md5(string_agg((to_jsonb(e) - 'report_no')::text, ',' ORDER BY seq))
   FROM record_errors e WHERE e.report_no = r.no)`;
const report = sql`concat_ws(' ', r.records, r.accepted, r.rejected, r.skipped, r.summary, r.warnings, r.error_count, ${errors})`;

const TABLES: Readonly<Record<string, Sql>> = {
  tasks: sql`
    SELECT concat_ws(' ', t.filename, t.second_filename, t.operation, t.options, t.status, t.checksum, t.detected,
             t.records_read, t.records_written, t.records_rejected, t.records_left_out, t.details, t.result_filename,
             t.result_size, t.result_sha256, t.rejects_size, t.rejects_sha256, t.error_code, t.error_message,
             ${report}) AS line
    FROM tasks t LEFT JOIN reports r ON r.no = t.report_no ORDER BY t.filename`,
  datasets: sql`
    SELECT concat_ws(' ', d.filename, d.checksum, d.status, d.row_count, d.skipped_count, d.error_count, d.first_year,
             d.last_year, d.warnings, ${report}) AS line
    FROM datasets d JOIN reports r ON r.no = d.report_no ORDER BY d.filename`,
  imports: sql`
    SELECT concat_ws(' ', i.filename, i.resource_type, i.status, i.checksum, i.total_records, i.created_count,
             i.updated_count, i.unchanged_count, i.skipped_count, i.fail_count, i.unprocessed_count, i.next_record,
             ${report}, (SELECT md5(string_agg(j.records::text, ',' ORDER BY chunk)) FROM import_rejects j
                         WHERE j.import_no = i.no)) AS line
    FROM import_jobs i JOIN reports r ON r.no = i.report_no ORDER BY i.filename`,
  users: sql`SELECT concat_ws(' ', id, email, username, bio) AS line FROM users ORDER BY email`,
  articles: sql`
    SELECT concat_ws(' ', a.slug, a.title, md5(a.body), u.email, a.status,
             (SELECT string_agg(tag, ',' ORDER BY place) FROM article_tags g JOIN tags ON tags.id = g.tag_id
              WHERE g.article_id = a.id)) AS line
    FROM articles a JOIN users u ON u.id = a.author_id ORDER BY a.slug`,
  comments: sql`
    SELECT concat_ws(' ', c.id, a.slug, u.email, c.body) AS line
    FROM comments c JOIN articles a ON a.id = c.article_id JOIN users u ON u.id = c.author_id ORDER BY c.id`,
  keys: sql`SELECT concat_ws(' ', route, key, status) AS line FROM idempotency_keys ORDER BY route, key`,
  // Outages, lost leases and stops cost no attempt: each job that a caller started had one.
  jobs: sql`
    SELECT concat_ws(' ', type, status, attempts, error_code, count(*)) AS line FROM jobs
    WHERE created_by IS NOT NULL GROUP BY type, status, attempts, error_code ORDER BY line`,
  'failed jobs of the system': sql`
    SELECT concat_ws(' ', type, error_code, last_error) AS line FROM jobs
    WHERE created_by IS NULL AND status = 'failed' ORDER BY line`,
  'tasks whose counts do not add up': sql`
    SELECT filename AS line FROM tasks
    WHERE operation IN ('select', 'clean', 'convert', 'sort', 'deduplicate', 'sample', 'enrich')
      AND records_read <> records_written + records_rejected
        + (SELECT coalesce(sum(value::bigint), 0) FROM jsonb_each_text(records_left_out))`,
};

const LEFT_ROWS = sql`
  SELECT 'stage ' || tablename AS line FROM pg_tables WHERE schemaname = 'staging'
  UNION ALL SELECT 'release ' || no FROM releases WHERE state IN ('building', 'retired')
  UNION ALL SELECT DISTINCT 'pages of ' || release_no FROM ranking_pages
            WHERE release_no NOT IN (SELECT no FROM releases)
  UNION ALL SELECT DISTINCT 'series of ' || release_no FROM name_series
            WHERE release_no NOT IN (SELECT no FROM releases)
  UNION ALL SELECT 'report ' || no FROM reports WHERE no NOT IN (
    SELECT report_no FROM datasets WHERE report_no IS NOT NULL
    UNION ALL SELECT report_no FROM import_jobs WHERE report_no IS NOT NULL
    UNION ALL SELECT report_no FROM tasks WHERE report_no IS NOT NULL)
  UNION ALL SELECT DISTINCT 'errors of ' || report_no FROM record_errors WHERE report_no NOT IN (SELECT no FROM reports)
  UNION ALL SELECT 'key ' || key FROM idempotency_keys WHERE status <> 'done'
  ORDER BY line`;

/** Names in the tables and names in the store have to be the same. */
async function unnamedFiles(pool: Pool, keys: readonly string[]): Promise<string[]> {
  const named = new Set(
    await linesOf(
      pool,
      sql`
        SELECT file_path AS line FROM datasets
        UNION SELECT file_key FROM import_jobs WHERE file_deleted_at IS NULL
        UNION SELECT unnest(array_remove(ARRAY[file_key, second_file_key, result_key, rejects_key], NULL)) FROM tasks`,
    ),
  );
  const stored = new Set(keys);
  return [
    ...[...stored.difference(named)].map((key) => `unnamed ${key}`),
    ...[...named.difference(stored)].map((key) => `missing ${key}`),
  ];
}

/** `tasks/<id>/3/result` → `tasks result`. */
function countKinds(keys: readonly string[]): Record<string, number> {
  const kinds = Map.groupBy(keys, (key) => `${key.split('/')[0]} ${key.split('/').at(-1)}`);
  return Object.fromEntries([...kinds].map(([kind, { length }]) => [kind, length]));
}

async function linesOf(pool: Pool, statement: Sql): Promise<string[]> {
  const rows = await pool.many<{ line: string }>('lines', statement);
  return rows.map(({ line }) => line);
}
