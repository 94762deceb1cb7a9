import { AppError } from '#platform/errors.ts';
import type { ReceivedUpload } from '#platform/http/receive-upload.ts';
import { safeFileName } from '#platform/http/receive-upload.ts';
import { newId } from '#platform/ids.ts';
import { openSource, type SourceFile } from '../ingestion/source-files.ts';
import { chooseSheets } from './choose-sheets.ts';
import type { ReadDependencies } from './import-file.ts';
import { fieldFinder } from './map-columns.ts';
import { namedFiles } from './open-import.ts';
import type { Resource } from './resource.ts';

/** A file of a zip or a sheet of a workbook that was taken out of it, to be an import of its own. */
export interface BundlePart {
  /** Of the import. */
  readonly id: string;
  readonly resource: Resource;
  readonly upload: Omit<ReceivedUpload, 'fields'>;
}

/**
 * Takes the files of a zip apart that are called after resources (`users.csv`, `articles-2.ndjson`), or such sheets of
 * a workbook, in the order of the resources; the last part belongs to the import `id`. What was taken out stays only
 * when this does not throw. Throws AppError unprocessable: `resource_type_required` where there is nothing of the kind,
 * `sheet_ambiguous`, and what opening it throws.
 */
export async function unpackBundle(
  { files, limits, resources }: ReadDependencies & { readonly resources: readonly Resource[] },
  upload: Omit<ReceivedUpload, 'fields'>,
  id: string,
): Promise<readonly BundlePart[]> {
  const source = await openSource(files, upload.key, upload.filename, limits, { evenRows: true });
  const parts: BundlePart[] = [];
  try {
    if (source.kind !== 'zip' && source.kind !== 'workbook') throw resourceRequired(resources);
    const wanted: { readonly resource: Resource; readonly file: SourceFile }[] = [];
    for (const resource of resources) {
      const named = namedFiles(source, resource);
      const find = fieldFinder(resource, null);
      const chosen = await chooseSheets(named, { limits, format: null, resource, find });
      wanted.push(...chosen.map((file) => ({ resource, file })));
    }
    if (wanted.length === 0) throw resourceRequired(resources);
    for (const [at, { resource, file }] of wanted.entries()) {
      const partId = at === wanted.length - 1 ? id : newId();
      const key = `imports/${partId}/part`;
      const written = await files.write(key, file.open());
      parts.push({ id: partId, resource, upload: { key, filename: safeFileName(file.name), ...written } });
    }
    return parts;
  } catch (error) {
    await removeParts({ files }, parts);
    throw error;
  } finally {
    await source.close();
  }
}

export async function removeParts(
  { files }: Pick<ReadDependencies, 'files'>,
  parts: readonly BundlePart[],
): Promise<void> {
  for (const { upload } of parts) await files.delete(upload.key);
}

function resourceRequired(resources: readonly Resource[]): AppError {
  const names = resources.map(({ name }) => name);
  const message =
    `Say with resource_type what the records are: ${names.join(', ')}. Only a zip with files called after them ` +
    `(${names[0]}.csv, …), or a workbook with such sheets, goes without it.`;
  return new AppError('unprocessable', 'resource_type_required', message, { known: names });
}
