import { calendarReader } from './calendar.ts';
import { canonicalDecimal } from './decimal.ts';

/** What a cell says in the type of its field. */
export interface FieldValue {
  /** Equal for equal values. */
  readonly canonical: string;
  /** For values of types that have an order. */
  readonly order?: number | bigint;
  /** In characters or members, for values of types that have a length. */
  readonly length?: number;
}

/** Undefined for a text that is no value of the type. */
export type ReadValue = (text: string) => FieldValue | undefined;

/** A field as a Table Schema declares it, as far as its type goes. */
export interface TypedField {
  readonly type: string;
  readonly format: string;
  readonly decimalChar: string;
  readonly groupChar: string;
  readonly bareNumber: boolean;
  readonly trueValues: readonly string[];
  readonly falseValues: readonly string[];
}

const EXACT_DIGITS = 15;
/** Longer texts are none of these, and are not looked at. */
const MOST_LETTERS = 10_000;
const STRINGS = byName<RegExp>({
  email: /^[^\s@"(),:;<>[\]\\]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+$/u,
  uri: /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+$/u,
  uuid: /^[\dA-Fa-f]{8}(?:-[\dA-Fa-f]{4}){3}-[\dA-Fa-f]{12}$/,
  binary: /^[A-Za-z0-9+/]*={0,2}$/,
});
const DURATION =
  /^-?P(?=.)(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?)$/;

/** What reads the type of a field; undefined for a type or format that there is none of. */
export function valueReader(field: TypedField): ReadValue | undefined {
  const { type, format } = field;
  if (type === 'string') return format === 'default' ? readText : readForm(STRINGS.get(format));
  if (type === 'date' || type === 'time' || type === 'datetime') {
    const read = calendarReader(type, format === 'default' ? undefined : format);
    return read && ((text) => ordered(text, read(text)));
  }
  if (type === 'geopoint') return GEOPOINTS.get(format);
  if (type === 'geojson') return format === 'default' ? readJson(false) : undefined;
  return format === 'default' ? READERS.get(type)?.(field) : undefined;
}

const READERS = byName<(field: TypedField) => ReadValue>({
  any: () => readText,
  integer: (field) => (text) => readNumber(bare(ungrouped(text, field), field), true),
  number: (field) => (text) =>
    readNumber(bare(ungrouped(text, field).replaceAll(field.decimalChar, '.'), field), false),
  boolean:
    ({ trueValues, falseValues }) =>
    (text) =>
      trueValues.includes(text)
        ? { canonical: 'true' }
        : falseValues.includes(text)
          ? { canonical: 'false' }
          : undefined,
  year: () => (text) => (/^-?\d{4,6}$/.test(text) ? ordered(text, Number(text)) : undefined),
  yearmonth: () => (text) =>
    /^\d{4}-(?:0[1-9]|1[0-2])$/.test(text) ? ordered(text, Number(text.replace('-', ''))) : undefined,
  duration: () => readForm(DURATION) as ReadValue,
  object: () => readJson(false),
  array: () => readJson(true),
});

const GEOPOINTS = byName<ReadValue>({
  default: (text) => readPoint(text.split(',')),
  array: (text) => readPoint(parsed(text)),
  object: (text) => {
    const point = parsed(text) as { lon?: unknown; lat?: unknown } | undefined;
    return readPoint([point?.lon, point?.lat]);
  },
});

/** Without the names that every object has. */
function byName<T>(entries: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(entries));
}

function readText(text: string): FieldValue {
  return { canonical: text, length: lengthOf(text) };
}

/** In characters as people count code points. */
function lengthOf(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xdc00 && unit <= 0xdfff) length--;
  }
  return length;
}

function readForm(form: RegExp | undefined): ReadValue | undefined {
  return form && ((text) => (text.length <= MOST_LETTERS && form.test(text) ? readText(text) : undefined));
}

function ordered(canonical: string, order: number | undefined): FieldValue | undefined {
  return order === undefined ? undefined : { canonical, order };
}

function readNumber(text: string, isInteger: boolean): FieldValue | undefined {
  if (text.length > MOST_LETTERS) return undefined;
  if (isInteger) {
    if (!/^[+-]?\d+$/.test(text)) return undefined;
    const order = text.length <= EXACT_DIGITS ? Number(text) : BigInt(text.replace('+', ''));
    return { canonical: order.toString() === '-0' ? '0' : order.toString(), order };
  }
  if (/^(?:NaN|-?INF)$/.test(text))
    return { canonical: text, order: Number(text.replace('INF', 'Infinity')) };
  const canonical = canonicalDecimal(text);
  return canonical === undefined ? undefined : { canonical, order: Number(text) };
}

function ungrouped(text: string, { groupChar }: TypedField): string {
  return groupChar === '' ? text : text.replaceAll(groupChar, '');
}

/** Without what stands around a number where it may: `$ 12 %`. */
function bare(text: string, { bareNumber }: TypedField): string {
  if (bareNumber) return text;
  let start = 0;
  while (start < text.length && !/[\d+-]/.test(text.charAt(start))) start++;
  let end = text.length;
  while (end > start && !/\d/.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readJson(isArray: boolean): ReadValue {
  return (text) => {
    const value = parsed(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value) !== isArray) return undefined;
    return { canonical: JSON.stringify(value), length: Object.keys(value).length };
  };
}

function readPoint(point: unknown): FieldValue | undefined {
  if (!Array.isArray(point) || point.length !== 2) return undefined;
  const [lon = '', lat = ''] = point.map((part) =>
    typeof part === 'number' || typeof part === 'string' ? canonicalDecimal(String(part).trim()) : undefined,
  );
  if (lon === '' || lat === '' || Math.abs(Number(lon)) > 180 || Math.abs(Number(lat)) > 90) return undefined;
  return { canonical: `${lon},${lat}` };
}
