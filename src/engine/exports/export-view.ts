import { type Static, Type } from 'typebox';
import { Nullable, OneOf, Timestamp, Uuid } from '#platform/http/schemas.ts';
import type { Database } from '#platform/postgres/database.ts';
import { ProgressView, viewProgress } from '../jobs/job-view.ts';
import { findJobs, type JobRecord } from '../jobs/jobs.query.ts';
import { EXPORT_FORMATS } from './export-format.ts';
import { EXPORT_STATUSES, type ExportRecord } from './export-job.query.ts';

const Text = Nullable(Type.String());

const credit = {
  source: Type.String(),
  country: Type.String(),
  office: Text,
  licence: Text,
  licence_url: Text,
  attribution: Text,
};

export const ExportView = Type.Object(
  {
    job_id: Uuid,
    resource_type: Type.String(),
    format: OneOf(EXPORT_FORMATS),
    status: OneOf(EXPORT_STATUSES),
    phase: Text,
    progress: Nullable(ProgressView),
    options: Type.Object({}, { additionalProperties: true }),
    total_records: Nullable(Type.Number()),
    file_size: Nullable(Type.Number({ description: 'Bytes' })),
    sha256: Nullable(Type.String({ description: 'Of the file, hexadecimal' })),
    sources: Nullable(
      Type.Array(Type.Object(credit), { description: 'Whose rows the file has, to be credited with it' }),
    ),
    left_out: Nullable(
      Type.Array(Type.Object({ ...credit, reason: Type.String(), message: Type.String() }), {
        description: 'Sources that must not be merged with those of the file',
      }),
    ),
    download_url: Nullable(Type.String({ description: 'Takes `Range`; null while there is no file' })),
    error_code: Text,
    error_message: Text,
    created_by: Text,
    created_at: Timestamp,
    completed_at: Nullable(Timestamp),
    expires_at: Nullable(Timestamp),
  },
  { description: 'An export into a file' },
);
export type ExportView = Static<typeof ExportView>;

export const ExportParams = Type.Object({ id: Uuid });

/** The example of the routes of one export: no fresh server has one to show. */
export const NO_SUCH_EXPORT = { params: { id: '00000000-0000-4000-8000-000000000000' }, status: 404 };

/** Exports with the progress of their jobs. */
export async function viewExports(db: Database, rows: readonly ExportRecord[]): Promise<ExportView[]> {
  const busy = rows.filter(({ status }) => status === 'pending' || status === 'processing');
  const jobs =
    busy.length === 0
      ? []
      : await findJobs(
          db,
          busy.map(({ id }) => id),
        );
  return rows.map((row) => {
    const job = jobs.find(({ id }) => id === row.id);
    return viewOne(row, job);
  });
}

export async function viewExport(db: Database, row: ExportRecord): Promise<ExportView> {
  const [view] = await viewExports(db, [row]);
  return view as ExportView;
}

function viewOne(row: ExportRecord, job: JobRecord | undefined): ExportView {
  const { id, filename, file_key: fileKey, has_expired: hasExpired, sources, left_out, ...facts } = row;
  return {
    ...facts,
    sources: sources && [...sources],
    left_out: left_out && [...left_out],
    job_id: id,
    phase: job?.phase ?? null,
    progress: job ? viewProgress(job.measures, job.status === 'running') : null,
    download_url: fileKey === null || hasExpired ? null : `/exports/${filename}`,
  };
}
