import { openSource, type Source } from '#engine/ingestion/source-files.ts';
import { notFound } from '#platform/errors.ts';
import { type DatasetToImport, findDatasetToImport } from '../catalog/dataset.query.ts';
import type { NameParser } from '../parsers/name-parser.ts';
import { GENERIC } from '../profiles/profile-parser.ts';
import { parserOfDataset } from '../profiles/with-profile.ts';
import type { ImportDependencies } from './import-run.ts';
import { planFiles } from './plan-files.ts';
import type { NameFile } from './read-source.ts';

export interface OpenedDataset {
  readonly source: Source;
  readonly files: readonly NameFile[];
  /** Names of files that look like data and are in no layout of the parser. */
  readonly unread: readonly string[];
}

/**
 * The files of a dataset; those of the dataset that it amends come first, each with its own options, one layer below.
 * Throws what `openSource` and `planFiles` throw.
 */
export async function openDataset(
  dependencies: ImportDependencies,
  dataset: DatasetToImport,
  parser: NameParser,
): Promise<OpenedDataset> {
  const amended =
    dataset.amends === null ? undefined : await openAmended(dependencies, dataset.amends, parser);
  try {
    const own = await openOwn(dependencies, dataset, parser);
    return amended ? onTopOf(amended, own) : own;
  } catch (error) {
    await amended?.source.close();
    throw error;
  }
}

async function openAmended(
  dependencies: ImportDependencies,
  id: string,
  parser: NameParser,
): Promise<OpenedDataset> {
  const dataset = await findDatasetToImport(dependencies.pool, id);
  if (!dataset) throw notFound('dataset', id);
  // A file that a profile describes is read by its own.
  return openDataset(dependencies, dataset, parser.id === GENERIC ? parserOfDataset(dataset) : parser);
}

async function openOwn(
  { files, limits }: ImportDependencies,
  { filePath, filename, options }: DatasetToImport,
  parser: NameParser,
): Promise<OpenedDataset> {
  const source = await openSource(files, filePath, filename, limits, { cubes: true });
  try {
    const { files: planned, unread } = await planFiles(source.files, parser, options, { limits });
    return { source, files: planned.map((file) => ({ ...file, layer: 0, isAmended: false })), unread };
  } catch (error) {
    await source.close();
    throw error;
  }
}

function onTopOf(lower: OpenedDataset, upper: OpenedDataset): OpenedDataset {
  const layer = 1 + Math.max(...lower.files.map((file) => file.layer));
  return {
    source: {
      kind: upper.source.kind,
      files: [...lower.source.files, ...upper.source.files],
      size: lower.source.size + upper.source.size,
      bytesRead: () => lower.source.bytesRead() + upper.source.bytesRead(),
      async close() {
        await Promise.all([lower.source.close(), upper.source.close()]);
      },
    },
    files: [
      ...lower.files.map((file) => ({ ...file, isAmended: true })),
      ...upper.files.map((file) => ({ ...file, layer })),
    ],
    unread: upper.unread,
  };
}
