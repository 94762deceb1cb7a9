import type { FieldFinder } from './map-columns.ts';
import { UNKNOWN_FIELD } from './map-columns.ts';
import { isSecretName } from './secret-values.ts';

/** Finds the fields of JSON keys, and remembers the keys it met. */
export interface KeyFinder {
  /** The place of the field; negative: none. */
  fieldOf(key: string): number;
  /** Keys that no field takes, at most as many as are remembered. */
  unknown(): readonly string[];
  /** A key with values that must not be kept was met. */
  readonly metSecret: boolean;
}

/** A file may have a new key in every line. */
const MOST_REMEMBERED = 1000;

export function createKeyFinder(find: FieldFinder, secretNames: readonly string[]): KeyFinder {
  const known = new Map<string, number>();
  const unknown: string[] = [];
  let metSecret = false;
  return {
    fieldOf(key) {
      const remembered = known.get(key);
      if (remembered !== undefined) return remembered;
      metSecret ||= isSecretName(key, secretNames);
      const field = find(key);
      if (known.size >= MOST_REMEMBERED && field < 0) return field;
      known.set(key, field);
      if (field === UNKNOWN_FIELD) unknown.push(key);
      return field;
    },
    unknown: () => unknown,
    get metSecret() {
      return metSecret;
    },
  };
}
