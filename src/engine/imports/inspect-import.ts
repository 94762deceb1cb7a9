import { openSource, type Source, type SourceFile } from '../ingestion/source-files.ts';
import { readSheet } from './choose-sheets.ts';
import { type FoundTable, readTable, type Wanted } from './find-table.ts';
import type { ImportFile, ImportFormat, ReadDependencies } from './import-file.ts';
import { fieldFinder, missingColumns, plainName } from './map-columns.ts';
import { filesOf } from './open-import.ts';
import type { Resource } from './resource.ts';

/** How well the columns of a file fit a resource. */
interface ResourceCandidate {
  readonly resource_type: string;
  /** Column of the file → field, as an import without `mapping` would take it. */
  readonly mapping: Readonly<Record<string, string>>;
  /** Fields without which the file would be refused. */
  readonly missing: readonly string[];
  readonly unknown: readonly string[];
}

/** What an import would make of a file. */
export interface ImportInspection {
  readonly kind: Source['kind'];
  /** All files of the upload; size null where only reading tells. */
  readonly files: readonly { readonly name: string; readonly size: number | null }[];
  /** The file that the rest is about. */
  readonly file: string;
  readonly format: ImportFormat;
  readonly encoding: string;
  readonly encoding_evidence: string;
  /** Null for NDJSON. */
  readonly separator: string | null;
  readonly quote: string | null;
  readonly header: readonly string[];
  /** The resource asked for, or the one that fits best; null where none fits. */
  readonly resource_type: string | null;
  /** Best first; only the resource asked for, where one was. */
  readonly candidates: readonly ResourceCandidate[];
  /** Values of secret columns are masked. */
  readonly first_rows: readonly (readonly unknown[])[];
}

const MASK = '***';
const SHOWN_ROWS = 5;
const SHOWN_COLUMNS = 50;
const SHOWN_CHARACTERS = 100;
/** Columns that nobody should see, whether or not a field takes them. */
const LOOKS_SECRET = /passw|passphrase|secret|token|apikey|privatekey/;

/** Keeps nothing. Throws what `openImport` throws, but for missing columns. */
export async function inspectImport(
  { files, limits }: ReadDependencies,
  upload: Pick<ImportFile, 'fileKey' | 'filename' | 'format' | 'mapping'>,
  resources: readonly Resource[],
): Promise<ImportInspection> {
  const source = await openSource(files, upload.fileKey, upload.filename, limits, { evenRows: true });
  try {
    const weighed: Weighed[] = [];
    for (const resource of resources) {
      const find = fieldFinder(resource, upload.mapping);
      const wanted = { limits, format: upload.format, resource, find };
      const tables = await readTables(filesOf(source, resource), wanted);
      const [fitting] = bestFirst(
        tables.map((table) => ({ resource, table, candidate: weigh(resource, table) })),
      );
      if (fitting) weighed.push(fitting);
    }
    bestFirst(weighed);
    const [best] = weighed;
    if (!best) throw new Error('there is no resource to look for');
    return {
      kind: source.kind,
      files: source.files.map(({ name, size }) => ({ name, size })),
      ...describe(best.table, best.resource),
      resource_type: scoreOf(best.candidate) > 0 || resources.length === 1 ? best.resource.name : null,
      candidates: weighed.map(({ candidate }) => candidate),
    };
  } finally {
    await source.close();
  }
}

interface Weighed {
  readonly resource: Resource;
  readonly table: FoundTable;
  readonly candidate: ResourceCandidate;
}

function bestFirst(weighed: Weighed[]): Weighed[] {
  return weighed.sort((one, other) => scoreOf(other.candidate) - scoreOf(one.candidate));
}

/** The first file or, of a workbook, all sheets that are tables. */
async function readTables(
  [first, ...others]: readonly [SourceFile, ...SourceFile[]],
  wanted: Wanted,
): Promise<FoundTable[]> {
  if (first.sheet === undefined) return [await readTable(first, wanted)];
  const tables: FoundTable[] = [];
  for (const sheet of [first, ...others]) {
    const table = await readSheet(sheet, wanted);
    if (table !== null) tables.push(table);
  }
  return tables.length > 0 ? tables : [await readTable(first, wanted)];
}

function weigh(resource: Resource, { plan }: FoundTable): ResourceCandidate {
  return {
    resource_type: resource.name,
    mapping: Object.fromEntries(
      resource.fields.flatMap(({ name }, at) => {
        const column = plan.header[plan.places[at] ?? -1];
        return column === undefined ? [] : [[column, name]];
      }),
    ),
    missing: missingColumns(resource, plan),
    unknown: plan.unknown,
  };
}

function scoreOf({ mapping, missing, unknown }: ResourceCandidate): number {
  return Object.keys(mapping).length - missing.length - unknown.length / 2;
}

type Layout = Omit<ImportInspection, 'kind' | 'files' | 'resource_type' | 'candidates'>;

function describe(table: FoundTable, resource: Resource): Layout {
  const { source, format, encoding, dialect, plan, rows } = table;
  const isText = format !== 'ndjson';
  const secret = secretPlaces(plan.header, plan.places, resource);
  return {
    file: source.name,
    format,
    encoding: encoding.encoding,
    encoding_evidence: encoding.evidence,
    separator: isText ? dialect.separator : null,
    quote: isText ? (dialect.quote ?? null) : null,
    header: plan.header.slice(0, SHOWN_COLUMNS),
    first_rows: rows
      .slice(0, SHOWN_ROWS)
      .map((row) =>
        row
          .slice(0, SHOWN_COLUMNS)
          .map((value, at) =>
            (isText && row.length !== plan.header.length && secret.size > 0) || secret.has(at)
              ? MASK
              : shown(value),
          ),
      ),
  };
}

function secretPlaces(
  header: readonly string[],
  places: readonly number[],
  { fields }: Resource,
): ReadonlySet<number> {
  const declared = fields.flatMap(({ protector }, at) => (protector ? [places[at] as number] : []));
  const suspect = header.flatMap((column, at) => (LOOKS_SECRET.test(plainName(column)) ? [at] : []));
  return new Set([...declared, ...suspect]);
}

function shown(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.slice(0, SHOWN_CHARACTERS).toWellFormed().replaceAll('\0', '\u2400');
}
