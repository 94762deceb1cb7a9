import type { FieldReading } from '#engine/imports/resource.ts';
import { textReader } from './text-field.ts';

const readText = textReader({ min: 1, max: 1024 });

/** Plain text, or a hash that another system made; an empty one is none. No message repeats the value. */
export function readPassword(value: string): FieldReading {
  return value === '' ? { value: null } : readText(value);
}
