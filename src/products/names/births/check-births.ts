import { type FieldError, fieldError } from '#engine/ingestion/field-error.ts';
import { wholeNumber } from '#engine/ingestion/whole-number.ts';
import { checkGender, genderRefusal } from '../normalize-gender.ts';
import { checkYear, yearRefusal } from '../normalize-number.ts';
import type { BirthTotal } from './births.query.ts';

/** A total as it came, all of it text. */
export interface RawTotal {
  /** Of the CSV, or place in the JSON list; from 1. */
  readonly line: number;
  readonly area: string;
  readonly year: string;
  readonly gender: string;
  readonly births: string;
  readonly source: string;
  readonly attribution: string;
}

/** What is wrong with one line. */
export interface BirthError extends FieldError {
  readonly line: number;
}

/** The code of an area of the country by its code or name; undefined where there is none. */
export type FindAreaCode = (text: string) => string | undefined;

const MAX_BIRTHS = 2_147_483_647;
const MAX_WORDS = 1000;

/** The totals, or everything that is wrong with their lines. A total that stands there twice is refused. */
export function checkBirths(
  lines: Iterable<RawTotal>,
  areaCode: FindAreaCode,
): { totals: BirthTotal[]; errors: BirthError[] } {
  const totals: BirthTotal[] = [];
  const errors: BirthError[] = [];
  const lineOf = new Map<string, number>();
  for (const raw of lines) {
    const { total, faults } = checkTotal(raw, areaCode);
    const key = `${total.area} ${total.year} ${total.gender}`;
    const before = lineOf.get(key);
    if (faults.length === 0 && before !== undefined) faults.push(repeated(key, before));
    if (faults.length === 0) {
      lineOf.set(key, raw.line);
      totals.push(total);
    }
    for (const fault of faults) errors.push({ line: raw.line, ...fault });
  }
  return { totals, errors };
}

function checkTotal(raw: RawTotal, areaCode: FindAreaCode): { total: BirthTotal; faults: FieldError[] } {
  const faults: FieldError[] = [];
  const area = areaCode(raw.area.trim());
  const year = checkYear(raw.year);
  const gender = checkGender(raw.gender);
  const births = wholeNumber(raw.births.trim());
  if (area === undefined) faults.push(areaUnknown(raw.area));
  if (year === undefined)
    faults.push(
      fieldError('invalid_year', { field: 'year', value: raw.year, message: yearRefusal(raw.year) }),
    );
  if (gender === undefined) {
    const message = genderRefusal(raw.gender);
    faults.push(fieldError('invalid_gender', { field: 'gender', value: raw.gender, message }));
  }
  if (births === undefined || births < 1 || births > MAX_BIRTHS) {
    const message = `"${raw.births.slice(0, 40)}" is no total: plain digits from 1 to ${MAX_BIRTHS} are accepted.`;
    faults.push(fieldError('invalid_count', { field: 'births', value: raw.births, message }));
  }
  for (const field of ['source', 'attribution'] as const)
    if (raw[field].length > MAX_WORDS) faults.push(fieldError('length', { field, value: raw[field] }));
  return {
    total: {
      area: area ?? '',
      year: year ?? 0,
      gender: gender ?? 'F',
      births: births ?? 0,
      source: raw.source.trim() || null,
      attribution: raw.attribution.trim() || null,
    },
    faults,
  };
}

function areaUnknown(text: string): FieldError {
  const message = `There is no area "${text.slice(0, 40)}" in this country; an area is known once a file with its names was imported.`;
  return fieldError('reference_missing', { field: 'area', value: text, message });
}

function repeated(key: string, line: number): FieldError {
  const message = `The total of ${key} stands in line ${line} already.`;
  return fieldError('duplicate_in_file', { value: key, message });
}
