import { type ColumnMapping, plainName } from './map-columns.ts';
import type { Resource } from './resource.ts';

/** Protects one kind of value; see `ResourceField.protector`. */
interface Protection {
  readonly field: number;
  readonly protect: (value: string) => string | Promise<string>;
}

/** Rows with values that must not be kept as they are: they wait until each has become one that may. */
export interface SecretRows<Row> {
  /** True when the row has to wait; its values are copied. */
  hold(row: Row, values: readonly (string | null)[]): boolean;
  /** Hands over what was held, with its values protected. */
  release(write: (row: Row, values: readonly (string | null)[]) => void, signal: AbortSignal): Promise<void>;
}

/** Hashing has its own limit; this one keeps what was begun before an abort short. */
const AT_A_TIME = 8;

export function createSecretRows<Row>(resource: Resource): SecretRows<Row> {
  const protections: Protection[] = resource.fields.flatMap(({ protector }, field) =>
    protector ? [{ field, protect: protector() }] : [],
  );
  let held: { readonly row: Row; readonly values: (string | null)[] }[] = [];
  return {
    hold(row, values) {
      if (protections.every(({ field }) => values[field] === null)) return false;
      held.push({ row, values: [...values] });
      return true;
    },
    async release(write, signal) {
      while (held.length > 0) {
        signal.throwIfAborted();
        const some = held.slice(0, AT_A_TIME);
        await Promise.all(some.map(({ values }) => protectAll(protections, values)));
        held = held.slice(AT_A_TIME);
        for (const { row, values } of some) write(row, values);
      }
    },
  };
}

async function protectAll(protections: readonly Protection[], values: (string | null)[]): Promise<void> {
  for (const { field, protect } of protections) {
    const value = values[field];
    if (typeof value === 'string') values[field] = await protect(value);
  }
}

/** What the columns of such values may be called, without case and punctuation. */
export function secretNames(resource: Resource, mapping: ColumnMapping | null): string[] {
  const fields = resource.fields.filter(({ protector }) => protector !== undefined).map(({ name }) => name);
  const mapped = Object.entries(mapping ?? {}).filter(
    ([, field]) => field !== null && fields.includes(field),
  );
  return [...fields, ...mapped.map(([column]) => column)].map(plainName);
}

/** A column or key of such values, also one that the mapping passes over. `names` as of `secretNames`. */
export function isSecretName(column: string, names: readonly string[]): boolean {
  return names.length > 0 && names.includes(plainName(column));
}

/** Whether a line that nobody can read may hold such a value. */
export function mentionsSecret(line: Buffer, names: readonly string[]): boolean {
  if (names.length === 0) return false;
  const text = plainName(line.toString('utf8'));
  return names.some((name) => text.includes(name));
}
