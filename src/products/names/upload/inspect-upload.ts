import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import { openSource, type Source } from '#engine/ingestion/source-files.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import type { NameParser } from '../parsers/name-parser.ts';
import { describeFound, type FoundLayout, foundInWords } from './describe-found.ts';
import { createSampler, type ParserEvidence, type Sampler, weighParsers } from './detect-parser.ts';
import { dataFiles } from '../import/plan-files.ts';
import { spread } from './spread.ts';

export interface Inspection {
  readonly kind: Source['kind'];
  /** All inner files; size null where only reading tells. */
  readonly files: readonly { readonly name: string; readonly size: number | null }[];
  readonly evidence: readonly ParserEvidence[];
  /** The beginning of some files, the first and the last among them. */
  readonly layouts: readonly FoundLayout[];
}

export interface FitReport {
  readonly evidence: ParserEvidence;
  readonly expected: string;
  /** In words. */
  readonly found: string;
  readonly layout: FoundLayout;
}

const MOST_LAYOUTS = 3;

export interface InspectDependencies {
  readonly files: FileStore;
  readonly limits: IngestionLimits;
}

/** Everything that can be told about a stored upload before anything is decided, the fit of some parsers among it. */
export function inspectUpload(
  dependencies: InspectDependencies,
  upload: { readonly key: string; readonly filename: string },
  parsers: readonly NameParser[],
): Promise<Inspection> {
  return withSource(dependencies, upload, async (source, sampler) => {
    const { limits } = dependencies;
    const evidence = await weighParsers(source, parsers, sampler, limits);
    const layouts: FoundLayout[] = [];
    for (const file of spread(dataFiles(source.files), MOST_LAYOUTS)) {
      layouts.push(await describeFound(file, limits));
    }
    const files = source.files.map(({ name, size }) => ({ name, size }));
    return { kind: source.kind, files, evidence, layouts };
  });
}

/** Whether one parser reads a stored upload, and what there is in its place. */
export function validateUpload(
  dependencies: InspectDependencies,
  upload: { readonly key: string; readonly filename: string },
  parser: NameParser,
): Promise<FitReport> {
  return withSource(dependencies, upload, async (source, sampler) => {
    const { limits } = dependencies;
    const [evidence] = await weighParsers(source, [parser], sampler, limits);
    const [file = source.files[0]] = dataFiles(source.files);
    const layout = await describeFound(file as Source['files'][number], limits);
    return {
      evidence: evidence as ParserEvidence,
      expected: parser.layout,
      found: foundInWords(layout),
      layout,
    };
  });
}

async function withSource<T>(
  { files, limits }: InspectDependencies,
  upload: { readonly key: string; readonly filename: string },
  work: (source: Source, sampler: Sampler) => Promise<T>,
): Promise<T> {
  const source = await openSource(files, upload.key, upload.filename, limits, { cubes: true });
  try {
    return await work(source, createSampler());
  } finally {
    await source.close();
  }
}
