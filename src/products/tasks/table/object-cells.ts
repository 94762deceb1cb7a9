import type { JsonRecord } from '#engine/ingestion/ndjson-reader.ts';

/** In V8, not yet in the library's types. */
interface SourceJson {
  parse(
    text: string,
    reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
}

const json = JSON as unknown as SourceJson;
/** Numbers that JavaScript might write in another way than the file does. */
const PECULIAR_NUMBER = /\d[.eE]|-0/;

/**
 * The values of an object as text, in the order of `columns`: strings and the digits of numbers as they stand in the
 * file, `true` and `false`, nothing for null and for what is absent, JSON for objects and arrays.
 */
export function objectCells(record: JsonRecord, columns: readonly string[]): string[] {
  const value: Readonly<Record<string, unknown>> = hasPeculiarNumber(record)
    ? withSources(record.raw().toString())
    : record.value;
  return columns.map((name) => (Object.hasOwn(value, name) ? cellOf(value[name]) : ''));
}

function cellOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  if (json.isRawJSON(value)) return value.rawJSON;
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? json.rawJSON(String(inner)) : inner,
  );
}

function hasPeculiarNumber({ value, raw }: JsonRecord): boolean {
  const hasNumber = Object.values(value).some(
    (each) => typeof each === 'number' || (typeof each === 'object' && each !== null),
  );
  return hasNumber && PECULIAR_NUMBER.test(raw().toString('latin1'));
}

/** The object with every number as it is written. */
function withSources(text: string): Readonly<Record<string, unknown>> {
  return json.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined ? json.rawJSON(source) : value,
  ) as Readonly<Record<string, unknown>>;
}
