import { AppError } from '#platform/errors.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import type { Pool } from '#platform/postgres/database.ts';
import type { IngestionLimits } from '../ingestion/limits.ts';
import { rejectsKey } from './find-rejects.ts';
import type { ImportRun } from './import-run.query.ts';
import type { Resource } from './resource.ts';
import { openRejects } from './write-rejects.ts';

export interface RetireDependencies {
  readonly pool: Pool;
  readonly files: FileStore;
  readonly limits: IngestionLimits;
}

/** Whether the upload holds what must not be kept, or may: nobody has read it to the end. */
export function mayHoldSecrets(run: Pick<ImportRun, 'hasSecrets'>, resource: Resource): boolean {
  return run.hasSecrets ?? resource.fields.some(({ protector }) => protector !== undefined);
}

/**
 * Removes an upload that holds secrets from the store; its refused records are put aside first, without them. May be
 * repeated.
 */
export async function retireUpload(
  dependencies: RetireDependencies,
  run: ImportRun,
  resource: Resource,
  signal: AbortSignal,
): Promise<void> {
  const { id, no, fileKey, filename, format, options, reportNo } = run;
  if (fileKey === null) return;
  if (run.checked) {
    const file = { id, no, reportNo, fileKey, filename: filename ?? '', format, mapping: options.mapping };
    try {
      const { content } = await openRejects(dependencies, file, resource, signal);
      await dependencies.files.write(rejectsKey(id), content, { signal });
    } catch (error) {
      // An attempt before this one had removed it, after it had put the rejects aside.
      if (!(error instanceof AppError && error.code === 'file_not_found')) throw error;
    }
  }
  await dependencies.files.delete(fileKey);
}
