import type { Seal } from '#engine/idempotency/do-once.ts';
import { openSource } from '#engine/ingestion/source-files.ts';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { AppError } from '#platform/errors.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import type { ReceivedUpload } from '#platform/http/receive-upload.ts';
import { newId } from '#platform/ids.ts';
import type { Database, Pool } from '#platform/postgres/database.ts';
import { type Country, findCountry, holdCountry, insertCountry } from '../catalog/country.query.ts';
import type { NameParser } from '../parsers/name-parser.ts';
import { withProfile } from '../profiles/with-profile.ts';
import {
  findAmendable,
  listDuplicates,
  insertDataset,
  type KnownBytes,
  lockChecksum,
  type NewDataset,
} from './accept-upload.query.ts';
import { type ChosenParser, chooseParser } from './choose-parser.ts';
import { yearInFileName } from '../tables/read-facts.ts';
import type { UploadRequest } from './upload-fields.ts';

export interface AcceptDependencies {
  readonly pool: Pool;
  readonly files: FileStore;
  readonly limits: IngestionLimits;
}

export interface AcceptedUpload {
  readonly datasetId: string;
  readonly jobId: string;
}

export interface UploadedBy {
  readonly keyId: string | null;
  readonly priority?: number;
  /** Notes in the same transaction what a request with an Idempotency-Key made. */
  readonly seal?: Seal;
}

type StoredUpload = Omit<ReceivedUpload, 'fields'>;

/** Where the bytes of a dataset lie. */
export function originalKey(datasetId: string): string {
  return `datasets/${datasetId}/original`;
}

/**
 * Makes a dataset and its job out of a file in the store; what was decided about it is checked before anything is
 * written. The file stays whatever happens: whoever stored it removes it when this throws.
 * Throws AppError: what `withProfile`, `judgeUpload` and `claimBytes` throw.
 */
export async function acceptUpload(
  dependencies: AcceptDependencies,
  upload: StoredUpload & { readonly datasetId: string },
  wanted: UploadRequest,
  by: UploadedBy,
): Promise<AcceptedUpload> {
  const request = await withProfile(dependencies.pool, wanted);
  const judged = await judgeUpload(dependencies, upload, request);
  const dataset: NewDataset = {
    id: upload.datasetId,
    countryId: judged.country.id,
    filename: upload.filename,
    sourceUrl: null,
    filePath: upload.key,
    fileSize: upload.size,
    checksum: upload.sha256,
    parser: judged.chosen.parser.id,
    options: request.options,
    metadata: request.metadata,
    amends: request.amends,
    jobId: newId(),
    uploadedBy: by.keyId,
  };
  await dependencies.pool.transaction(async (tx) => {
    await claimBytes(tx, upload.sha256, judged, request);
    await queueNewDataset(tx, dataset, by);
  });
  return { datasetId: dataset.id, jobId: dataset.jobId };
}

/** What a file is, as far as its bytes and its caller tell. */
export interface JudgedUpload {
  readonly country: Country;
  readonly chosen: ChosenParser;
}

/** Throws AppError: country_unknown, amends_mismatch, and what `chooseParser` and `openSource` throw. */
export async function judgeUpload(
  dependencies: AcceptDependencies,
  upload: Pick<StoredUpload, 'key' | 'filename'>,
  request: UploadRequest,
): Promise<JudgedUpload> {
  const { pool } = dependencies;
  const wanted = request.country === null ? undefined : await requireCountry(pool, request.country);
  const chosen = await parserOf(dependencies, upload, request, wanted);
  const country = wanted ?? (await countryFound(pool, chosen.parser.country));
  if (request.amends !== null) await requireAmendable(pool, request.amends, country, chosen.parser);
  return { country, chosen };
}

/** Nobody else makes a dataset of these bytes before the transaction ends. Throws country_unknown, duplicate_file. */
export async function claimBytes(
  tx: Database,
  checksum: string,
  { country, chosen }: JudgedUpload,
  { options, allowDuplicate }: UploadRequest,
): Promise<void> {
  await lockChecksum(tx, checksum);
  if (!(await holdCountry(tx, country.id))) throw countryUnknown(country.code);
  const file = { checksum, countryId: country.id, parser: chosen.parser.id, options };
  if (!allowDuplicate) await refuseDuplicate(tx, file, country, chosen);
}

/** Writes a dataset with its job, in one transaction with whatever else belongs to the request. */
export async function queueNewDataset(tx: Database, dataset: NewDataset, by: UploadedBy): Promise<void> {
  await insertDataset(tx, dataset);
  await enqueueJob(tx, {
    id: dataset.jobId,
    type: 'parse_dataset',
    payload: { dataset_id: dataset.id },
    datasetId: dataset.id,
    createdBy: by.keyId,
    priority: by.priority ?? 0,
  });
  await by.seal?.(tx, dataset.id);
}

async function parserOf(
  { files, limits }: AcceptDependencies,
  upload: Pick<StoredUpload, 'key' | 'filename'>,
  { parser, options }: UploadRequest,
  country: Country | undefined,
): Promise<ChosenParser> {
  const source = await openSource(files, upload.key, upload.filename, limits, { cubes: true });
  try {
    return await chooseParser({ source, limits, countryCode: country?.code ?? null, parser, options });
  } finally {
    await source.close();
  }
}

/** The country of a file that told it by its content; the first file of a country adds it. */
async function countryFound(pool: Pool, code: string): Promise<Country> {
  const known = await findCountry(pool, code);
  if (known) return known;
  const name = new Intl.DisplayNames('en', { type: 'region' }).of(code) ?? code;
  const facts = { source_url: null, attribution: null, licence: null, licence_url: null };
  // Another upload may have been quicker.
  return (await insertCountry(pool, { code, name, ...facts }, null)) ?? requireCountry(pool, code);
}

/** Throws `country_unknown`. */
export async function requireCountry(db: Database, idOrCode: string): Promise<Country> {
  const country = await findCountry(db, idOrCode);
  if (!country) throw countryUnknown(idOrCode);
  return country;
}

export function countryUnknown(idOrCode: string): AppError {
  const message = `There is no country ${idOrCode}. GET /v1/countries lists them; an admin adds one by POST /v1/countries.`;
  return new AppError('unprocessable', 'country_unknown', message, { country_id: idOrCode });
}

/** Throws `amends_mismatch`; what is not known yet is not compared. */
export async function requireAmendable(
  db: Database,
  id: string,
  country: Country | undefined,
  parser: NameParser | undefined,
): Promise<void> {
  const amended = await findAmendable(db, id);
  const reason = !amended
    ? 'it does not exist'
    : country && amended.country_id !== country.id
      ? `it does not belong to ${country.code}`
      : parser && amended.parser !== parser.id
        ? `it was read by ${amended.parser}, this file by ${parser.id}`
        : amended.deleted
          ? 'it is deleted'
          : amended.is_dry_run
            ? 'it is a dry run'
            : amended.status !== 'completed' || !amended.has_release
              ? `it is ${amended.has_release ? amended.status : 'without a finished reading'}`
              : undefined;
  if (reason === undefined) return;
  const message = `Dataset ${id} cannot be amended by this file: ${reason}.`;
  throw new AppError('unprocessable', 'amends_mismatch', message, { amends: id, reason });
}

async function refuseDuplicate(
  tx: Database,
  file: KnownBytes,
  country: Country,
  { nameFacts }: ChosenParser,
): Promise<void> {
  const candidates = await listDuplicates(tx, file);
  // The same rows under the name of another year are another file.
  const duplicate = candidates.find(
    ({ filename }) =>
      (nameFacts?.year ?? null) === null ||
      (yearInFileName(filename) ?? file.options.year) === nameFacts?.year,
  );
  if (!duplicate) return;
  const message =
    `Dataset ${duplicate.id} of ${country.code} (${duplicate.status}) was made of the same bytes and options. ` +
    'Send allow_duplicate=true if that is meant.';
  throw new AppError('conflict', 'duplicate_file', message, { dataset_id: duplicate.id });
}
