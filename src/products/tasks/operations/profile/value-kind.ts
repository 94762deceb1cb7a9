/** What a cell looks like. `code`: digits that begin with 0, which a number would lose. */
export const VALUE_KINDS = [
  'integer',
  'decimal',
  'code',
  'boolean',
  'date',
  'time',
  'uuid',
  'email',
  'url',
  'text',
] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];

const BOOLEAN = /^(?:true|false|yes|no)$/i;
const DATE = /^\d{4}-\d\d-\d\d$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?$/;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const EMAIL = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/;
const URL = /^https?:\/\/\S+$/i;
const NUMBER = /^[+-]?(\d+)(\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Of a cell that is not empty; blanks around it count as text. */
export function valueKind(cell: string): ValueKind {
  const first = cell.charCodeAt(0);
  const startsAsNumber = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d;
  if (startsAsNumber) {
    const number = NUMBER.exec(cell);
    if (number !== null) return numberKind(number[0], number[1] as string, number[2]);
    if (isDate(cell)) return 'date';
    if (TIME.test(cell)) return 'time';
  }
  if (cell.length <= 5 && BOOLEAN.test(cell)) return 'boolean';
  if (cell.length === 36 && UUID.test(cell)) return 'uuid';
  if (cell.includes('@') && EMAIL.test(cell)) return 'email';
  return URL.test(cell) ? 'url' : 'text';
}

function numberKind(cell: string, whole: string, decimals: string | undefined): ValueKind {
  if (whole.length > 1 && whole.startsWith('0')) return 'code';
  return decimals === undefined && !/e/i.test(cell) ? 'integer' : 'decimal';
}

function isDate(cell: string): boolean {
  if (cell.length !== 10 || !DATE.test(cell)) return false;
  const [year, month, day] = [numberAt(cell, 0, 4), numberAt(cell, 5, 7), numberAt(cell, 8, 10)];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
  return day >= 1 && day <= days;
}

function numberAt(digits: string, start: number, end: number): number {
  let number = 0;
  for (let at = start; at < end; at++) number = number * 10 + digits.charCodeAt(at) - 0x30;
  return number;
}

/** The kind that all cells have, where one includes another the wider one; `empty` without any. */
export function commonKind(counts: ReadonlyMap<ValueKind, number>): ValueKind | 'empty' {
  const kinds = new Set(counts.keys());
  const [only] = kinds;
  if (only === undefined) return 'empty';
  if (kinds.size === 1) return only;
  const isWithin = (...wider: ValueKind[]): boolean => [...kinds].every((kind) => wider.includes(kind));
  if (isWithin('integer', 'decimal')) return 'decimal';
  if (isWithin('integer', 'code')) return 'code';
  if (isWithin('date', 'time')) return 'time';
  return 'text';
}
