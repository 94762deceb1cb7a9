import { type CellObject, SSF } from '@e965/xlsx';
import { numberText } from './number-text.ts';

/** How errors are written in cells, by the numbers that files keep. */
const ERRORS: Readonly<Record<number, string>> = {
  0: '#NULL!',
  7: '#DIV/0!',
  15: '#VALUE!',
  23: '#REF!',
  29: '#NAME?',
  36: '#NUM!',
  42: '#N/A',
  43: '#GETTING_DATA',
};
const LINE_END = /\r\n|\r|\n/g;

/**
 * What a cell of a sheet holds, as text: strings as they are but on one line, numbers with all digits and no exponent,
 * dates as ISO 8601, booleans as `True` and `False` (the name True is stored as one), of formulas the last result.
 */
export function cellText({ t: type, v: value, z: format }: CellObject, startsIn1904: boolean): string {
  if (value === undefined || value === null) return '';
  if (type === 'b') return value ? 'True' : 'False';
  if (type === 'e') return ERRORS[Number(value)] ?? '#ERROR!';
  if (typeof value === 'number') {
    return (isDateFormat(format) ? dateText(value, startsIn1904) : undefined) ?? numberText(value);
  }
  return String(value).replaceAll(LINE_END, ' ');
}

function isDateFormat(format: CellObject['z']): boolean {
  return typeof format === 'string' && SSF.is_date(format);
}

/** Undefined where the number is no date of the calendar. */
function dateText(value: number, startsIn1904: boolean): string | undefined {
  const parts = SSF.parse_date_code(value, { date1904: startsIn1904 }) as DateParts | null;
  if (parts === null) return undefined;
  const { y, m, d, H, M, S, u } = parts;
  const time = `${two(H)}:${two(M)}:${two(S)}`;
  if (value >= 0 && value < 1) return time;
  const date = `${String(y).padStart(4, '0')}-${two(m)}-${two(d)}`;
  return H + M + S + Math.round(u) === 0 ? date : `${date}T${time}`;
}

interface DateParts {
  readonly y: number;
  readonly m: number;
  readonly d: number;
  readonly H: number;
  readonly M: number;
  readonly S: number;
  /** The rest of the second. */
  readonly u: number;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
