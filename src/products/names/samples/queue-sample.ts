import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { AppError } from '#platform/errors.ts';
import { newId } from '#platform/ids.ts';
import { DEFAULT_MAX_ERROR_RATIO } from '../import/upload-options.ts';
import { type AcceptDependencies, acceptUpload, originalKey } from '../upload/accept-upload.ts';
import type { UploadRequest } from '../upload/upload-fields.ts';
import { findPendingSample, isUntouched } from './samples.query.ts';

/** Behind everything that a user starts. */
const PRIORITY = -100;

const REQUEST: UploadRequest = {
  country: 'US',
  parser: 'us_ssa',
  options: {
    year: null,
    gender: null,
    area: null,
    mode: 'partial',
    max_errors: null,
    max_error_ratio: DEFAULT_MAX_ERROR_RATIO,
    dry_run: false,
  },
  metadata: { sample: true },
  allowDuplicate: false,
  amends: null,
};

/**
 * Sees to it that a database that never had a dataset gets the sample in `file`, as an upload by the system. Returns
 * the job that loads it, also one that an earlier start has queued; undefined when there is nothing to do.
 */
export async function queueSample(
  dependencies: AcceptDependencies,
  file: string,
): Promise<string | undefined> {
  const { pool, files } = dependencies;
  if (!(await isUntouched(pool))) return findPendingSample(pool);
  const datasetId = newId();
  const key = originalKey(datasetId);
  const written = await files.write(key, createReadStream(file));
  try {
    const upload = { key, filename: basename(file), ...written, datasetId };
    const { jobId } = await acceptUpload(dependencies, upload, REQUEST, { keyId: null, priority: PRIORITY });
    return jobId;
  } catch (error) {
    // After any other error nobody knows whether the dataset was committed; a file without one is swept later.
    if (!(error instanceof AppError)) throw error;
    await files.delete(key);
    if (error.code === 'duplicate_file') return undefined;
    throw error;
  }
}
