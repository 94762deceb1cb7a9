import { fileNameOf } from '#engine/fetching/file-name.ts';
import { checkUrl, type UrlRules } from '#engine/fetching/url-guard.ts';
import { newId } from '#platform/ids.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { holdCountry } from '../catalog/country.query.ts';
import { withProfile } from '../profiles/with-profile.ts';
import {
  type AcceptedUpload,
  countryUnknown,
  queueNewDataset,
  requireAmendable,
  requireCountry,
  type UploadedBy,
} from './accept-upload.ts';
import { requireParserFor } from './choose-parser.ts';
import type { UploadRequest } from './upload-fields.ts';

export interface UrlDependencies {
  readonly pool: Pool;
  /** What may be fetched. */
  readonly sourceRules: UrlRules;
}

/**
 * Makes a dataset of a file that its job will fetch; everything that the bytes tell is decided then.
 * Throws AppError unprocessable: url_not_allowed, country_unknown, parser_unknown, format_mismatch, amends_mismatch,
 * and what `withProfile` throws.
 */
export async function acceptUrl(
  { pool, sourceRules }: UrlDependencies,
  { datasetId, url: text }: { readonly datasetId: string; readonly url: string },
  wanted: UploadRequest,
  by: UploadedBy,
): Promise<AcceptedUpload> {
  const request = await withProfile(pool, wanted);
  const url = checkUrl(text, sourceRules);
  const country = request.country === null ? undefined : await requireCountry(pool, request.country);
  const parser =
    request.parser === null ? undefined : requireParserFor(request.parser, country?.code ?? null);
  if (request.amends !== null) await requireAmendable(pool, request.amends, country, parser);
  const jobId = newId();
  await pool.transaction(async (tx) => {
    if (country && !(await holdCountry(tx, country.id))) throw countryUnknown(country.code);
    const dataset = {
      id: datasetId,
      countryId: country?.id ?? null,
      filename: fileNameOf(undefined, url),
      sourceUrl: text,
      filePath: null,
      fileSize: null,
      checksum: null,
      parser: parser?.id ?? null,
      options: { ...request.options, allow_duplicate: request.allowDuplicate },
      metadata: request.metadata,
      amends: request.amends,
      jobId,
      uploadedBy: by.keyId,
    };
    await queueNewDataset(tx, dataset, by);
  });
  return { datasetId, jobId };
}
