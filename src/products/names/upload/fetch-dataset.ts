import { type FetchedFile, fetchIntoStore } from '#engine/fetching/fetch-into-store.ts';
import type { JobContext } from '#engine/jobs/define-job.ts';
import { AppError, notFound } from '#platform/errors.ts';
import { type DatasetToFetch, findDatasetToFetch } from '../catalog/dataset.query.ts';
import { type AcceptDependencies, claimBytes, judgeUpload } from './accept-upload.ts';
import { saveFetchedDataset } from './accept-upload.query.ts';
import type { UrlDependencies } from './accept-url.ts';
import type { UploadRequest } from './upload-fields.ts';

export interface FetchDependencies extends AcceptDependencies, UrlDependencies {
  /** Largest file that is fetched, in bytes; 0: no limit. */
  readonly maxFetchBytes: number;
}

/**
 * Fetches the file of a dataset that came as an address, and decides what is decided of an upload when it is received.
 * `parser` overrides the one that was asked for. Nothing is kept when it throws AppError: what `fetchIntoStore`,
 * `judgeUpload` and `claimBytes` throw.
 */
export async function fetchDataset(
  dependencies: FetchDependencies,
  { id, parser }: { readonly id: string; readonly parser: string | undefined },
  context: JobContext,
): Promise<void> {
  const { pool, files, sourceRules, maxFetchBytes } = dependencies;
  const dataset = await findDatasetToFetch(pool, id);
  if (!dataset) throw notFound('dataset', id);
  context.progress({ phase: 'fetching' });
  const key = `datasets/${id}/fetched-${context.leaseToken}`;
  const fetched = await fetchIntoStore({
    url: dataset.sourceUrl,
    store: files,
    key,
    maxBytes: maxFetchBytes,
    rules: sourceRules,
    signal: context.signal,
    onProgress: (done, total) => context.progress({ bytes_done: done, bytes_total: total }),
  });
  try {
    const request = requestOf(dataset, parser);
    await settleFetched(dependencies, { id, key, ...fetched }, request, context);
  } catch (error) {
    // After any other error nobody knows whether it was committed; a file without a dataset is swept later.
    if (error instanceof AppError) await files.delete(key);
    throw error;
  }
  context.progress({ phase: 'starting', bytes_done: 0, bytes_total: null });
}

function requestOf({ options, ...dataset }: DatasetToFetch, parser: string | undefined): UploadRequest {
  const { country, metadata, amends } = dataset;
  const allowDuplicate = options.allow_duplicate ?? false;
  return { country, parser: parser ?? dataset.parser, options, metadata, allowDuplicate, amends };
}

async function settleFetched(
  dependencies: FetchDependencies,
  file: FetchedFile & { readonly id: string; readonly key: string },
  request: UploadRequest,
  context: JobContext,
): Promise<void> {
  const judged = await judgeUpload(dependencies, file, request);
  await context.session((session) =>
    session.transaction(async (tx) => {
      await claimBytes(tx, file.sha256, judged, request);
      await saveFetchedDataset(tx, file.id, {
        checksum: file.sha256,
        countryId: judged.country.id,
        parser: judged.chosen.parser.id,
        options: request.options,
        filename: file.filename,
        filePath: file.key,
        fileSize: file.size,
      });
      await context.fence(tx);
    }),
  );
}
