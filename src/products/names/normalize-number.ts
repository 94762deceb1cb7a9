const MAX_COUNT = 2_147_483_647;
const FIRST_YEAR = 1800;
const LAST_YEAR = 2100;
const ZERO = 0x30;

/** A count: plain digits, 1 to 2,147,483,647; undefined for all else (`0`, `-1`, `1e3`, `12.5`, `1,000`). */
export function checkCount(raw: string): number | undefined {
  const count = plainDigits(raw);
  return count !== undefined && count >= 1 ? count : undefined;
}

/** A year: four digits, 1800 to 2100; undefined for all else. */
export function checkYear(raw: string): number | undefined {
  const text = raw.length === 4 ? raw : raw.trim();
  const year = plainDigits(text);
  return text.length === 4 && year !== undefined && year >= FIRST_YEAR && year <= LAST_YEAR
    ? year
    : undefined;
}

/** The message to `invalid_count`. */
export function countRefusal(raw: string): string {
  return `"${raw.slice(0, 40)}" is not a count: plain digits from 1 to ${MAX_COUNT} are accepted.`;
}

/** The message to `invalid_year`. */
export function yearRefusal(raw: string): string {
  return `"${raw.slice(0, 40)}" is not a year from ${FIRST_YEAR} to ${LAST_YEAR}.`;
}

/** Blanks around the digits are forgiven; anything else, or more than 2,147,483,647, is undefined. */
function plainDigits(raw: string): number | undefined {
  let value = 0;
  for (let i = 0; i < raw.length; i++) {
    const digit = raw.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return raw.trim() === raw ? undefined : plainDigits(raw.trim());
    value = value * 10 + digit;
    if (value > MAX_COUNT) return undefined;
  }
  return raw === '' ? undefined : value;
}
