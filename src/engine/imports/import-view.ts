import { type Static, Type } from 'typebox';
import { Nullable, OneOf, Timestamp, Uuid } from '#platform/http/schemas.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { RecordError } from '../ingestion/record-error.ts';
import { ProgressView, viewProgress } from '../jobs/job-view.ts';
import { findJobs, type JobRecord } from '../jobs/jobs.query.ts';
import { IMPORT_STATUSES, type ImportRecord } from './import-job.query.ts';
import { findReportWarnings } from './report-summary.query.ts';
import { listRecordErrors } from './report.query.ts';

const Text = Nullable(Type.String());
const Count = Type.Integer();
const AnyObject = Type.Object({}, { additionalProperties: true });

/** An import as lists show it. */
export const ImportItem = Type.Object({
  job_id: Uuid,
  resource_type: Type.String(),
  format: Text,
  status: OneOf(IMPORT_STATUSES),
  phase: Text,
  progress: Nullable(ProgressView),
  total_records: Nullable(Type.Integer({ description: 'Known once all records are judged' })),
  processed_count: Type.Integer({ description: 'Records whose end is known' }),
  success_count: Type.Integer({ description: 'Created, updated or found as they should be' }),
  fail_count: Type.Integer({ description: 'Refused records' }),
  created_count: Count,
  updated_count: Count,
  unchanged_count: Count,
  skipped_count: Count,
  unprocessed_count: Type.Integer({ description: 'Records that an import which ended early did not reach' }),
  error_code: Text,
  error_message: Text,
  filename: Text,
  file_size: Nullable(Type.Number()),
  checksum: Nullable(Type.String({ description: 'SHA-256 of the upload' })),
  source_url: Text,
  options: AnyObject,
  dry_run: Type.Boolean(),
  parent_id: Nullable(Uuid),
  after: Nullable(Uuid),
  callback_url: Text,
  created_by: Text,
  created_at: Timestamp,
  started_at: Nullable(Timestamp),
  completed_at: Nullable(Timestamp),
  file_deleted_at: Nullable(Timestamp),
});

/** One import, with the beginning of its report. */
export const ImportView = Type.Object(
  {
    ...ImportItem.properties,
    detected: Nullable(AnyObject),
    warnings: Type.Array(AnyObject),
    errors: Type.Array(Type.Object({ line: Nullable(Type.Integer()), errors: Type.Array(Type.String()) }), {
      description: 'The first refused records; `/errors` has all that is known of all',
    }),
  },
  { description: 'An import of records' },
);
type ImportItem = Static<typeof ImportItem>;
export type ImportView = Static<typeof ImportView>;

const FIRST_ERRORS = 100;

/** Imports with the progress of their jobs. */
export async function viewImports(db: Database, rows: readonly ImportRecord[]): Promise<ImportItem[]> {
  const busy = rows.filter(isBusy).map(({ id }) => id);
  const jobs = busy.length === 0 ? [] : await findJobs(db, busy);
  const byId = new Map(jobs.map((job) => [job.id, job]));
  return rows.map((row) => viewItem(row, byId.get(row.id)));
}

export async function viewImport(db: Database, row: ImportRecord): Promise<ImportView> {
  const [item] = await viewImports(db, [row]);
  const { report_no: report, detected } = row;
  const first = report === null ? [] : await listRecordErrors(db, report, { after: 0, limit: FIRST_ERRORS });
  const warnings = report === null ? [] : await findReportWarnings(db, report);
  return { ...(item as ImportItem), detected, warnings: [...warnings], errors: byRecord(first) };
}

function isBusy({ status }: ImportRecord): boolean {
  return status === 'pending' || status === 'processing' || status === 'paused';
}

function viewItem(row: ImportRecord, job: JobRecord | undefined): ImportItem {
  const {
    no: _no,
    id,
    file_key: _key,
    detected,
    after_id,
    checked: _checked,
    next_record: _next,
    report_no: _report,
    options: { dry_run, ...options },
    ...facts
  } = row;
  const success = row.created_count + row.updated_count + row.unchanged_count;
  return {
    ...facts,
    format: facts.format ?? detectedFormat(detected),
    job_id: id,
    phase: job?.phase ?? null,
    progress: job ? viewProgress(job.measures, job.status === 'running') : null,
    processed_count: success + row.skipped_count + row.fail_count,
    success_count: success,
    dry_run,
    options,
    after: after_id,
  };
}

/** Of the first file, where the caller did not say. */
function detectedFormat(detected: ImportRecord['detected']): string | null {
  const { files = [] } = (detected ?? {}) as { files?: readonly { format: string }[] };
  return files[0]?.format ?? null;
}

/** The errors of a record under its line, in file order. */
function byRecord(errors: readonly RecordError[]): ImportView['errors'] {
  const groups = new Map<number, ImportView['errors'][number]>();
  for (const { record, line_start: line, message } of errors) {
    const group = groups.get(record) ?? { line, errors: [] };
    group.errors.push(message);
    groups.set(record, group);
  }
  return [...groups.values()];
}
