import assert from 'node:assert/strict';
import { globSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { publishedDigest } from '#test/support/names-digest.ts';
import { productApi } from '#test/support/product-api.ts';
import type { Scene } from './import-scene.ts';
import { until } from './jobs-support.ts';

const FINISHED_WITHIN_MS = 60_000;

/** What an undisturbed import of a file leaves behind. */
export interface Reference {
  readonly file: string;
  readonly published: string;
  readonly report: string;
}

export interface JobState {
  readonly id: string;
  readonly status: string;
  readonly token: number;
  /** Times that a worker lost it. */
  readonly lost: number;
  readonly error: string | null;
}

export async function makeReference(scene: Scene, file: string): Promise<Reference> {
  const { id } = await productApi(scene.server()).imported(file, { allow_duplicate: 'true' });
  const [published, report] = await scene.ask(async (db) => [
    await publishedDigest(db),
    await reportDigest(db, id),
  ]);
  return { file, published, report };
}

export async function jobState(scene: Scene, id: string): Promise<JobState> {
  const row = await scene.ask((db) =>
    db.maybeOne<JobState>(
      'job',
      sql`SELECT id, status, lease_token::int AS token, lost_leases AS lost, last_error AS error FROM jobs WHERE id = ${id}`,
    ),
  );
  return row as JobState;
}

/** The job once it is completed, by itself. */
export async function finished(scene: Scene, id: string, withinMs = FINISHED_WITHIN_MS): Promise<JobState> {
  return until(
    'job completed',
    async () => {
      const state = await jobState(scene, id);
      assert.ok(!['failed', 'canceled'].includes(state.status), `job ${state.status}: ${state.error}`);
      return state.status === 'completed' && state;
    },
    withinMs,
  );
}

export async function checkAgainst(scene: Scene, reference: Reference): Promise<void> {
  const { published, report } = await scene.ask(async (db) => {
    const latest = await db.maybeOne<{ id: string }>(
      'latest',
      sql`SELECT id FROM datasets WHERE deleted_at IS NULL ORDER BY processed_at DESC NULLS LAST LIMIT 1`,
    );
    return {
      published: await publishedDigest(db),
      report: await reportDigest(db, latest?.id ?? ''),
    };
  });
  assert.equal(published, reference.published, 'what is published is what an undisturbed import publishes');
  assert.equal(report, reference.report, 'the report is that of an undisturbed import');
}

async function reportDigest(db: Pool, datasetId: string): Promise<string> {
  const row = await db.maybeOne<{ digest: string }>(
    'report',
    sql`
      SELECT md5(concat_ws(' ', d.row_count, d.skipped_count, d.error_count, d.first_year, d.last_year, d.warnings,
               r.records, r.accepted, r.rejected, r.skipped, r.summary, r.warnings, r.error_count, r.truncated,
               (SELECT string_agg((to_jsonb(e) - 'report_no')::text, ',' ORDER BY seq)
                FROM record_errors e WHERE e.report_no = r.no))) AS digest
      FROM datasets d JOIN reports r ON r.no = d.report_no WHERE d.id = ${datasetId}`,
  );
  return row?.digest ?? 'none';
}

export async function countDatasets(scene: Scene): Promise<number> {
  const row = await scene.ask((db) =>
    db.maybeOne<{ count: number }>('datasets', sql`SELECT count(*)::int AS count FROM datasets`),
  );
  return row?.count ?? 0;
}

/** Lets time pass for what nobody needs, cleans up, and says what is left that nothing leads to. */
export async function findOrphans(scene: Scene): Promise<object> {
  await ageStore(scene);
  const jobId = await scene.ask(async (db) => {
    await db.run(
      'age releases',
      sql`UPDATE releases SET retired_at = retired_at - interval '2 hours' WHERE state = 'retired'`,
    );
    await db.run(
      'age jobs',
      sql`UPDATE jobs SET completed_at = completed_at - interval '2 hours' WHERE status = 'completed'`,
    );
    return enqueueJob(db, { type: 'maintain_names', payload: {}, createdBy: null });
  });
  await finished(scene, jobId);
  const stored = storedFiles(scene);
  const inTables = await scene.ask((db) =>
    db.maybeOne<object>(
      'orphans',
      sql`
        SELECT (SELECT count(*)::int FROM releases WHERE state IN ('building', 'retired')) AS releases,
               (SELECT count(*)::int FROM ranking_pages p WHERE NOT EXISTS (SELECT FROM releases WHERE no = p.release_no)) AS pages,
               (SELECT count(*)::int FROM name_series t WHERE NOT EXISTS (SELECT FROM releases WHERE no = t.release_no)) AS series,
               (SELECT count(*)::int FROM reports r WHERE NOT EXISTS (SELECT FROM datasets WHERE report_no = r.no)) AS reports,
               (SELECT count(*)::int FROM record_errors e WHERE NOT EXISTS (SELECT FROM reports WHERE no = e.report_no)) AS errors,
               ${stored.length} - (SELECT count(*)::int FROM datasets) AS files`,
    ),
  );
  return inTables ?? {};
}

/** All files were last touched two days ago, and a start has swept what starts and writers before it have left. */
export async function ageStore(scene: Scene): Promise<void> {
  const longAgo = Date.now() / 1000 - 2 * 24 * 3600;
  const files = [...globSync('**/*', { cwd: scene.store }), ...unfinishedFiles(scene)];
  for (const file of files) utimesSync(join(scene.store, file), longAgo, longAgo);
  await scene.kill('everything');
  await scene.recover();
}

/** Files that are being written, and those that were cut off. */
export function unfinishedFiles({ store }: Scene): string[] {
  return globSync('.tmp/*', { cwd: store });
}

function storedFiles(scene: Scene): string[] {
  return [...globSync('**/original', { cwd: scene.store }), ...unfinishedFiles(scene)];
}
