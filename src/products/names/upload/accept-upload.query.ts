import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { UploadOptions } from '../import/upload-options.ts';

export interface NewDataset {
  readonly id: string;
  /** Null, as the parser, where a file that has yet to be fetched is to tell it. */
  readonly countryId: string | null;
  readonly filename: string;
  /** Where the job fetches the file from; then path, size and checksum are null. */
  readonly sourceUrl: string | null;
  readonly filePath: string | null;
  readonly fileSize: number | null;
  readonly checksum: string | null;
  readonly parser: string | null;
  readonly options: UploadOptions;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly amends: string | null;
  readonly jobId: string;
  readonly uploadedBy: string | null;
}

/** Uploads of the same bytes take turns until the end of the transaction. */
export async function lockChecksum(tx: Database, checksum: string): Promise<void> {
  await tx.run(
    'lockChecksum',
    sql`SELECT pg_advisory_xact_lock(hashtextextended(${`dataset ${checksum}`}, 0))`,
  );
}

/** What makes two files the same one. */
export interface KnownBytes {
  readonly checksum: string;
  readonly countryId: string;
  readonly parser: string;
  readonly options: UploadOptions;
}

/** Datasets of the same bytes and options that are on their way or supply at least one slice. */
export function listDuplicates(
  tx: Database,
  file: KnownBytes,
): Promise<{ id: string; status: string; filename: string }[]> {
  const { year, gender, area, mode, profile } = file.options;
  const same = JSON.stringify({ year, gender, area, mode, ...(profile && { profile }) });
  return tx.many(
    'listDuplicates',
    sql`
      SELECT d.id, d.status, d.filename FROM datasets d
      WHERE d.checksum = ${file.checksum} AND d.country_id = ${file.countryId} AND d.parser = ${file.parser}
        AND d.options @> ${same}::jsonb AND d.deleted_at IS NULL AND d.options -> 'dry_run' <> 'true'
        AND (d.status IN ('pending', 'processing', 'paused', 'reprocessing')
             OR EXISTS (SELECT FROM slices s JOIN releases r ON r.no = s.release_no WHERE r.dataset_id = d.id))
      ORDER BY d.uploaded_at`,
  );
}

export async function insertDataset(tx: Database, dataset: NewDataset): Promise<void> {
  await tx.run(
    'insertDataset',
    sql`
      INSERT INTO datasets (id, country_id, filename, source_url, file_path, file_size, checksum, parser, options,
        metadata, amends, job_id, uploaded_by)
      VALUES (${dataset.id}, ${dataset.countryId}, ${dataset.filename}, ${dataset.sourceUrl}, ${dataset.filePath},
              ${dataset.fileSize}, ${dataset.checksum}, ${dataset.parser}, ${JSON.stringify(dataset.options)},
              ${JSON.stringify(dataset.metadata)}, ${dataset.amends}, ${dataset.jobId}, ${dataset.uploadedBy})`,
  );
}

/** What was fetched, and what it was found to be. */
export async function saveFetchedDataset(
  tx: Database,
  id: string,
  file: KnownBytes & { readonly filename: string; readonly filePath: string; readonly fileSize: number },
): Promise<void> {
  await tx.run(
    'saveFetchedDataset',
    sql`
      UPDATE datasets
      SET country_id = ${file.countryId}, parser = ${file.parser}, filename = ${file.filename},
          file_path = ${file.filePath}, file_size = ${file.fileSize}, checksum = ${file.checksum}
      WHERE id = ${id}`,
  );
}

export interface AmendableDataset {
  readonly country_id: string;
  readonly parser: string;
  readonly status: string;
  readonly has_release: boolean;
  readonly is_dry_run: boolean;
  readonly deleted: boolean;
}

export function findAmendable(db: Database, id: string): Promise<AmendableDataset | undefined> {
  return db.maybeOne<AmendableDataset>(
    'findAmendable',
    sql`
      SELECT country_id, parser, status, release_no IS NOT NULL AS has_release,
             coalesce(options ->> 'dry_run' = 'true', false) AS is_dry_run, deleted_at IS NOT NULL AS deleted
      FROM datasets WHERE id = ${id}`,
  );
}
