import { AppError } from '#platform/errors.ts';
import type { Resource } from './resource.ts';

/** Column of the file → field; null: the column is passed over. */
export type ColumnMapping = Readonly<Record<string, string | null>>;

/** Which column of a file holds which field. */
export interface ColumnPlan {
  /** Column names as they stand in the file; for NDJSON the keys of its first records. */
  readonly header: readonly string[];
  /** For each field of the resource the place of its column, from 0; -1: the file has none. */
  readonly places: readonly number[];
  /** Columns that no field takes. */
  readonly unknown: readonly string[];
}

/** Finds the field that a column or key belongs to: its place among the fields, or one of the two below. */
export type FieldFinder = (column: string) => number;

/** The column is none of ours. */
export const UNKNOWN_FIELD = -1;
/** The column is passed over without a word: the mapping says so, or we put it there ourselves. */
const IGNORED_FIELD = -2;

/** Columns of a file of refused records that was mended and is sent again. */
const OWN_COLUMN = /^_(?:line|errors|raw|\d+)$/;

/**
 * By the mapping where it names the column; else by its name, in which case, blanks and punctuation do not count.
 * Throws AppError unprocessable `invalid_mapping` for a field that does not exist.
 */
export function fieldFinder(resource: Resource, mapping: ColumnMapping | null): FieldFinder {
  const names = resource.fields.map(({ name }) => name);
  const byName = new Map(names.map((name, at) => [plainName(name), at]));
  const mapped = new Map<string, number>();
  for (const [column, field] of Object.entries(mapping ?? {})) {
    const place = field === null ? IGNORED_FIELD : names.indexOf(field);
    if (place === -1) throw unknownTarget(resource, column, String(field));
    mapped.set(column.trim(), place);
  }
  const taken = new Set(mapped.values());
  return (column) => {
    const name = column.trim();
    const wanted = mapped.get(name);
    if (wanted !== undefined) return wanted;
    if (OWN_COLUMN.test(name)) return IGNORED_FIELD;
    const place = byName.get(plainName(name)) ?? UNKNOWN_FIELD;
    return taken.has(place) ? UNKNOWN_FIELD : place;
  };
}

/** Throws AppError unprocessable `duplicate_header` where two columns belong to one field. */
export function planColumns(resource: Resource, header: readonly string[], find: FieldFinder): ColumnPlan {
  const places = resource.fields.map(() => -1);
  const unknown: string[] = [];
  for (const [at, column] of header.entries()) {
    const field = find(column);
    if (field === UNKNOWN_FIELD) unknown.push(column);
    if (field < 0) continue;
    const other = places[field] as number;
    if (other >= 0) throw sameField(resource, field, header[other] as string, column);
    places[field] = at;
  }
  return { header, places, unknown };
}

/** Fields that a file must have a column for and has none; of a reference one of two is enough (`author_id or author`). */
export function missingColumns(resource: Resource, plan: ColumnPlan): string[] {
  const has = (field: string): boolean =>
    (plan.places[resource.fields.findIndex(({ name }) => name === field)] ?? -1) >= 0;
  return [
    ...resource.fields.filter(({ name, isRequired }) => isRequired && !has(name)).map(({ name }) => name),
    ...resource.references
      .filter(({ column, byKey }) => !has(column) && !has(byKey))
      .map(({ column, byKey }) => `${column} or ${byKey}`),
  ];
}

/** Throws AppError unprocessable `missing_columns`, naming all of them, or a column that only the mapping knows. */
export function assertColumns(
  resource: Resource,
  plan: ColumnPlan,
  mapping: ColumnMapping | null,
  filename: string,
): void {
  const names = new Set(plan.header.map((column) => column.trim()));
  const absent = Object.keys(mapping ?? {}).filter((column) => !names.has(column.trim()));
  if (absent.length > 0) {
    throw new AppError(
      'unprocessable',
      'missing_columns',
      `The mapping names columns that "${filename}" does not have: ${absent.join(', ')}. Its columns: ${shown(plan.header)}.`,
      { missing: absent, header: plan.header },
    );
  }
  const missing = missingColumns(resource, plan);
  if (missing.length === 0) return;
  throw new AppError(
    'unprocessable',
    'missing_columns',
    `"${filename}" has no column for ${missing.join(', ')}. Its columns: ${shown(plan.header)}. Add them, or say with "mapping" which columns they are.`,
    { missing, header: plan.header, unknown: plan.unknown },
  );
}

/** A column name without case, blanks and punctuation. */
export function plainName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function shown(header: readonly string[]): string {
  return header.slice(0, 50).join(', ').slice(0, 500);
}

function unknownTarget(resource: Resource, column: string, field: string): AppError {
  const known = resource.fields.map(({ name }) => name).join(', ');
  return new AppError(
    'unprocessable',
    'invalid_mapping',
    `The mapping sends "${column}" to "${field}", which is no field of ${resource.name}. Its fields: ${known}.`,
    { column, field },
  );
}

function sameField(resource: Resource, field: number, one: string, other: string): AppError {
  const name = resource.fields[field]?.name ?? '';
  return new AppError(
    'unprocessable',
    'duplicate_header',
    `The columns "${one}" and "${other}" both hold ${name}. Rename or remove one of them, or say with "mapping" which one it is.`,
    { field: name, columns: [one, other] },
  );
}
