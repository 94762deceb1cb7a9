import { Type } from 'typebox';
import { AppError, notFound } from '#platform/errors.ts';
import { releaseMemory } from '#platform/memory.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { fetchIntoStore } from '../fetching/fetch-into-store.ts';
import type { UrlRules } from '../fetching/url-guard.ts';
import type { IngestionLimits } from '../ingestion/limits.ts';
import { defineJob, type JobContext, type JobDefinition } from '../jobs/define-job.ts';
import { type Attempt, attemptTables } from './attempt.ts';
import { cleanUpImportJob } from './clean-up-import.job.ts';
import { fieldPlaces } from './field-places.ts';
import { closeImport } from './finish-import.ts';
import { listSameUploads } from './import-job.query.ts';
import {
  beginImport,
  dropStages,
  findImportRun,
  type ImportRun,
  markFileDeleted,
  markPaused,
  resetImport,
  saveDetected,
  saveFetched,
} from './import-run.query.ts';
import { judgeImport, resolveStage, thresholdExceeded } from './judge-import.ts';
import { settleReport } from './late-errors.query.ts';
import { loadImport } from './load-import.ts';
import { openImport } from './open-import.ts';
import type { ReportWarning } from './report.query.ts';
import type { Resource } from './resource.ts';
import { mayHoldSecrets, retireUpload } from './retire-upload.ts';
import { stageRecords } from './stage-records.ts';
import { IMPORT_JOB } from './start-import.ts';

const BATCH_RECORDS = 50_000;

export interface ImportJobDependencies {
  readonly pool: Pool;
  readonly files: FileStore;
  readonly limits: IngestionLimits;
  readonly resources: readonly Resource[];
  /** What may be fetched. */
  readonly sourceRules: UrlRules;
  /** Largest file that is fetched, in bytes; 0: no limit. */
  readonly maxFetchBytes: number;
  /** Records of a transaction; default 50,000. Any number gives the same rows and the same report. */
  readonly batchRecords?: number;
}

/** The jobs that read uploads into tables, and clean up after those that did not end well. */
export function importJobs(dependencies: ImportJobDependencies): JobDefinition[] {
  return [importRecordsJob(dependencies), cleanUpImportJob(dependencies)];
}

function importRecordsJob(dependencies: ImportJobDependencies): JobDefinition {
  return defineJob({
    type: IMPORT_JOB,
    payload: Type.Object({ import_id: Type.String({ format: 'uuid' }) }),
    async run({ import_id: id }, context) {
      try {
        await importRecords(dependencies, id, context);
      } finally {
        releaseMemory();
      }
    },
    async ended(tx, { id, status, error }) {
      await closeImport(tx, id, { status, error });
    },
    paused: (tx, { id, isPaused }) => markPaused(tx, id, isPaused),
    async retried(tx, { id }) {
      const run = await findImportRun(tx, id);
      const resource = dependencies.resources.find(({ name }) => name === run?.resourceType);
      if (run && resource && (run.isFileDeleted || mayHoldSecrets(run, resource))) throw uploadRemoved();
      await resetImport(tx, id);
    },
  });
}

async function importRecords(
  dependencies: ImportJobDependencies,
  id: string,
  context: JobContext,
): Promise<void> {
  const { pool } = dependencies;
  const run = await begin(await requireRun(pool, id), context);
  const resource = dependencies.resources.find(({ name }) => name === run.resourceType);
  if (!resource) throw notFound('resource', run.resourceType);
  if (!isLoaded(run)) {
    await readAndLoad(dependencies, await fetchUpload(dependencies, run, context), resource, context);
  }
  await finish(dependencies, await requireRun(pool, id), resource, context);
}

/** A former attempt may have ended after its last record, and with the upload removed. */
function isLoaded(run: ImportRun): boolean {
  const { checked, options, totalRecords, failCount, nextRecord } = run;
  if (!checked || totalRecords === null) return false;
  if (options.dry_run) return !thresholdExceeded(options, { records: totalRecords, refused: failCount });
  return nextRecord > totalRecords;
}

async function begin(run: ImportRun, context: JobContext): Promise<ImportRun> {
  if (run.afterStatus !== null && run.afterStatus !== 'completed') throw afterNotCompleted(run.afterStatus);
  context.progress({ phase: 'starting' });
  await context.session((session) =>
    session.transaction(async (tx) => {
      await dropStages(tx, run.no);
      await beginImport(tx, run.id);
      await context.fence(tx);
    }),
  );
  return run;
}

async function fetchUpload(
  { files, sourceRules, maxFetchBytes }: ImportJobDependencies,
  run: ImportRun,
  context: JobContext,
): Promise<ImportRun & { readonly fileKey: string }> {
  const { id, fileKey, sourceUrl } = run;
  if (fileKey !== null) return { ...run, fileKey };
  if (sourceUrl === null) throw new Error(`import ${id} has neither a file nor an address`);
  context.progress({ phase: 'fetching' });
  const key = `imports/${id}/fetched-${context.leaseToken}`;
  const fetched = await fetchIntoStore({
    url: sourceUrl,
    store: files,
    key,
    maxBytes: maxFetchBytes,
    rules: sourceRules,
    signal: context.signal,
    onProgress: (done, total) => context.progress({ bytes_done: done, bytes_total: total }),
  });
  await context.session((session) =>
    session.transaction(async (tx) => {
      await saveFetched(tx, id, { key, ...fetched });
      await context.fence(tx);
    }),
  );
  return { ...run, fileKey: key, filename: fetched.filename, checksum: fetched.sha256 };
}

async function readAndLoad(
  dependencies: ImportJobDependencies,
  run: ImportRun & { readonly fileKey: string },
  resource: Resource,
  context: JobContext,
): Promise<void> {
  const { pool, batchRecords = BATCH_RECORDS } = dependencies;
  const { id, fileKey, filename, format, options } = run;
  const tables = attemptTables(run.no, context.leaseToken);
  const attempt: Attempt = { pool, run, resource, tables, context };
  context.progress({ phase: 'reading', bytes_done: 0, records_done: 0 });
  const file = { id, fileKey, filename: filename ?? '', format, mapping: options.mapping };
  const opened = await openImport(dependencies, file, resource);
  try {
    if (!run.checked) await noteDetected(run, opened, context);
    const staged = await stageRecords(opened, resource, { importId: id, stage: tables }, context);
    const places = fieldPlaces(opened, resource);
    context.progress({ phase: 'checking' });
    await resolveStage(attempt);
    if (!run.checked) {
      const told = [...dryReferences(run, resource), ...(await sameUploads(pool, run))];
      const warnings = [...opened.warnings, ...staged.warnings, ...told];
      await judgeImport(attempt, { staged, places, warnings });
    }
    const judged = await requireRun(pool, id);
    const exceeded = thresholdExceeded(options, { records: staged.records, refused: judged.failCount });
    if (exceeded && judged.nextRecord === 1 && judged.aheadFrom === null) throw exceeded;
    if (options.dry_run) return;
    await loadImport({ ...attempt, run: judged }, places, staged.records, batchRecords);
  } finally {
    await opened.close();
  }
}

async function noteDetected(
  run: ImportRun,
  opened: Awaited<ReturnType<typeof openImport>>,
  context: JobContext,
): Promise<void> {
  // Keys of NDJSON are known only when all records are read.
  const isKnown = opened.hasSecrets || opened.files.every(({ format }) => format !== 'ndjson');
  await context.session((session) =>
    session.transaction(async (tx) => {
      await saveDetected(tx, run.id, opened.detected, isKnown ? opened.hasSecrets : null);
      await context.fence(tx);
    }),
  );
}

/** A dry run after a dry run, as those of the files of one zip, cannot find what that one would have made. */
function dryReferences({ isAfterDryRun, options }: ImportRun, { references }: Resource): ReportWarning[] {
  if (!isAfterDryRun || !options.dry_run || references.length === 0) return [];
  const tables = references.map(({ table }) => table).join(' and ');
  const message =
    `The import before this one was a dry run too and made nothing: references to ${tables} that it would have made are ` +
    'listed as reference_missing, and are found when the imports are meant.';
  return [{ code: 'references_not_made', message }];
}

async function sameUploads(pool: Pool, run: ImportRun): Promise<ReportWarning[]> {
  const { id, resourceType, checksum } = run;
  if (checksum === null) return [];
  const same = await listSameUploads(pool, { id, resourceType, checksum });
  if (same.length === 0) return [];
  const message = 'The same bytes were sent before, for the same resource.';
  return [{ code: 'duplicate_file', message, count: same.length, examples: same.map((other) => other.id) }];
}

async function finish(
  dependencies: ImportJobDependencies,
  run: ImportRun,
  resource: Resource,
  context: JobContext,
): Promise<void> {
  context.progress({ phase: 'finishing' });
  const isSecret = mayHoldSecrets(run, resource);
  if (isSecret) {
    await context.session((session) =>
      session.transaction(async (tx) => {
        await settleReport(tx, run.id);
        await context.fence(tx);
      }),
    );
    await retireUpload(dependencies, run, resource, context.signal);
  }
  await context.session((session) =>
    session.transaction(async (tx) => {
      if (isSecret) await markFileDeleted(tx, run.id);
      await dropStages(tx, run.no);
      const result = await closeImport(tx, run.id, { status: 'completed', error: null });
      await context.complete(tx, result);
    }),
  );
}

async function requireRun(pool: Pool, id: string): Promise<ImportRun> {
  const run = await findImportRun(pool, id);
  if (!run) throw notFound('import', id);
  return run;
}

function afterNotCompleted(status: string): AppError {
  return new AppError(
    'conflict',
    'after_not_completed',
    `The import that this one comes after is ${status}. Try that one again, then this one.`,
  );
}

function uploadRemoved(): AppError {
  return new AppError(
    'conflict',
    'upload_removed',
    'The upload held passwords and was removed when its import ended. Send it again.',
  );
}
