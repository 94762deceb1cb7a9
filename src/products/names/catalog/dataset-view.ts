import { type Static, Type } from 'typebox';
import { ProgressView, viewProgress } from '#engine/jobs/job-view.ts';
import { findJobs, type JobRecord } from '#engine/jobs/jobs.query.ts';
import { Nullable, OneOf, Timestamp, Uuid } from '#platform/http/schemas.ts';
import type { Database } from '#platform/postgres/database.ts';
import { ChangesView, type ChangesWithJumps } from '../editions/summary.ts';
import { DATASET_STATUSES, type DatasetRow } from './datasets.query.ts';

const AnyObject = Type.Object({}, { additionalProperties: true });

export const DatasetView = Type.Object(
  {
    id: Uuid,
    country: Nullable(
      Type.String({ description: 'ISO 3166-1 alpha-2; null until the file is fetched where nobody said it' }),
    ),
    filename: Type.String(),
    source_url: Nullable(Type.String({ description: 'Where the file is fetched from' })),
    file_size: Nullable(Type.Integer()),
    checksum: Nullable(Type.String({ description: 'SHA-256 of the original bytes' })),
    status: OneOf(DATASET_STATUSES),
    published: Type.Boolean({ description: 'Supplies the numbers of at least one area, gender and year' }),
    parser: Nullable(Type.String()),
    parser_version: Nullable(Type.String()),
    edition: Nullable(Type.String()),
    years: Nullable(Type.Object({ from: Type.Integer(), to: Type.Integer() })),
    row_count: Nullable(Type.Integer({ description: 'Accepted records' })),
    skipped_count: Nullable(Type.Integer()),
    error_count: Nullable(Type.Integer({ description: 'Refused records' })),
    error_code: Nullable(Type.String()),
    error_message: Nullable(Type.String()),
    warnings: Type.Array(AnyObject),
    last_reprocess: Nullable(AnyObject),
    changes: Nullable(ChangesView),
    dry_run: Type.Boolean(),
    options: AnyObject,
    metadata: AnyObject,
    amends: Nullable(Uuid),
    job_id: Nullable(Uuid),
    phase: Nullable(Type.String()),
    progress: Nullable(ProgressView),
    uploaded_by: Nullable(Type.String({ description: 'Key id' })),
    uploaded_at: Timestamp,
    processed_at: Nullable(Timestamp),
    deleted_at: Nullable(Timestamp),
  },
  { description: 'An uploaded official file' },
);
export type DatasetView = Static<typeof DatasetView>;

export const DatasetAnswer = Type.Object({ data: DatasetView, meta: Type.Object({}) });
export const DatasetParams = Type.Object({ id: Uuid });

/** The example of the routes of one dataset: no fresh server has one with a known id. */
export const NO_SUCH_DATASET = { params: { id: '00000000-0000-4000-8000-000000000000' }, status: 404 };

/** Datasets with the progress of the jobs that work on them now. */
export async function viewDatasets(db: Database, rows: readonly DatasetRow[]): Promise<DatasetView[]> {
  const busy = rows.filter(isBusy).flatMap(({ job_id }) => job_id ?? []);
  const jobs = busy.length === 0 ? [] : await findJobs(db, busy);
  const byId = new Map(jobs.map((job) => [job.id, job]));
  return rows.map((row) => viewDataset(row, byId.get(row.job_id ?? '')));
}

export function isBusy({ status }: Pick<DatasetRow, 'status'>): boolean {
  return status === 'pending' || status === 'processing' || status === 'paused' || status === 'reprocessing';
}

function viewDataset(row: DatasetRow, job: JobRecord | undefined): DatasetView {
  const {
    country_no: _no,
    file_path: _path,
    release_no: _release,
    report_no: _report,
    first_year: from,
    last_year: to,
    options: { dry_run, ...options },
    changes,
    ...facts
  } = row;
  return {
    ...facts,
    warnings: [...facts.warnings],
    changes: changes && withoutJumps(changes),
    years: from === null || to === null ? null : { from, to },
    dry_run,
    options,
    phase: job?.phase ?? null,
    progress: job ? viewProgress(job.measures, job.status === 'running') : null,
  };
}

/** Those are in the list of changes. */
function withoutJumps({ jumps: _jumps, ...changes }: ChangesWithJumps): ChangesView {
  return changes;
}
