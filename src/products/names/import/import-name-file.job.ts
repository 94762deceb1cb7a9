import { Type } from 'typebox';
import { defineJob, type JobContext, type JobDefinition } from '#engine/jobs/define-job.ts';
import { notFound } from '#platform/errors.ts';
import { releaseMemory } from '#platform/memory.ts';
import {
  type DatasetToImport,
  endDataset,
  findDatasetToImport,
  markProcessing,
} from '../catalog/dataset.query.ts';
import { compareRelease } from '../editions/compare-release.ts';
import { parserOfDataset } from '../profiles/with-profile.ts';
import { fetchDataset, type FetchDependencies } from '../upload/fetch-dataset.ts';
import type { ImportDependencies, ImportRun } from './import-run.ts';
import { loadRelease } from './load-release.ts';
import { openDataset } from './open-dataset.ts';
import { publishReading, saveFailedReading } from './publish-reading.ts';
import { type DatasetSource, type FinishedReading, readDataset } from './read-dataset.ts';
import { sweepUnfinishedReleases } from './release.query.ts';

const Payload = Type.Object({
  dataset_id: Type.String({ format: 'uuid' }),
  reason: Type.Optional(Type.String()),
  parser: Type.Optional(Type.String()),
});

/** The jobs that read a dataset's file: for the first time, and again. */
export function importNameFileJobs(dependencies: ImportDependencies & FetchDependencies): JobDefinition[] {
  return (['parse_dataset', 'reprocess_dataset'] as const).map((type) =>
    defineJob({
      type,
      payload: Payload,
      async run(payload, context) {
        try {
          await importNameFile(dependencies, payload, type === 'reprocess_dataset', context);
        } finally {
          releaseMemory();
        }
      },
      ended: (tx, { payload, status, error }) =>
        endDataset(tx, payload.dataset_id, {
          status,
          code: error?.code ?? null,
          message: error?.message ?? null,
        }),
      retried: (tx, { payload }) => markProcessing(tx, payload.dataset_id, type === 'reprocess_dataset'),
    }),
  );
}

interface Payload {
  readonly dataset_id: string;
  readonly reason?: string;
  readonly parser?: string;
}

async function importNameFile(
  dependencies: ImportDependencies & FetchDependencies,
  payload: Payload,
  reprocess: boolean,
  context: JobContext,
): Promise<void> {
  const started = performance.now();
  await begin(payload.dataset_id, reprocess, context);
  const dataset = await findOrFetch(dependencies, payload, context);
  const parser = parserOfDataset(dataset, payload.parser);

  const { source, files, unread } = await openDataset(dependencies, dataset, parser);
  const reading = await readWithin(
    dependencies,
    { source, files, unread, parser, options: dataset.options },
    context,
  );
  try {
    await finishImport(
      dependencies,
      reading,
      { dataset, parser, reprocess, reason: payload.reason ?? null, started },
      context,
    );
  } finally {
    reading.rows.discard();
    await source.close();
  }
}

/** A dataset that came as an address has a file from its first attempt on. */
async function findOrFetch(
  dependencies: ImportDependencies & FetchDependencies,
  { dataset_id: id, parser }: Payload,
  context: JobContext,
): Promise<DatasetToImport> {
  const { pool } = dependencies;
  const present = await findDatasetToImport(pool, id);
  if (present) return present;
  await fetchDataset(dependencies, { id, parser }, context);
  const fetched = await findDatasetToImport(pool, id);
  if (!fetched) throw notFound('dataset', id);
  return fetched;
}

async function begin(id: string, reprocess: boolean, context: JobContext): Promise<void> {
  context.progress({ phase: 'starting' });
  await context.session((session) =>
    session.transaction(async (tx) => {
      await sweepUnfinishedReleases(tx, id);
      await markProcessing(tx, id, reprocess);
      await context.fence(tx);
    }),
  );
}

async function readWithin(
  dependencies: ImportDependencies,
  dataset: DatasetSource,
  context: JobContext,
): Promise<FinishedReading> {
  try {
    return await readDataset(dependencies, dataset, context);
  } catch (error) {
    await dataset.source.close();
    throw error;
  }
}

async function finishImport(
  dependencies: ImportDependencies,
  reading: FinishedReading,
  run: ImportRun,
  context: JobContext,
): Promise<void> {
  const refused = reading.refusal();
  if (refused) {
    await saveFailedReading(reading, run, context);
    throw refused;
  }
  // What reading has left, before the rows are held in other orders as well.
  releaseMemory();
  const no = await loadRelease(dependencies.pool, reading, run, context);
  // Before the numbers can be asked for, since the answering thread takes memory for them then.
  releaseMemory();
  const refusedLate = reading.refusal();
  if (refusedLate) {
    await saveFailedReading(reading, run, context);
    throw refusedLate;
  }
  context.progress({ phase: 'comparing' });
  const comparison = await compareRelease(dependencies.pool, no, () => context.signal.throwIfAborted());
  context.progress({ phase: 'publishing' });
  await publishReading(reading, run, { no, comparison }, context);
}
