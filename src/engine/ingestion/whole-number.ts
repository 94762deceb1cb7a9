const ZERO = 48;
const MAX_DIGITS_UNCHECKED = 15;

/**
 * The number a cell consists of: ASCII digits only, no sign, exponent, decimal point or blank; up to 2^53 - 1.
 * Leading zeros are read over. Anything else is undefined.
 */
export function wholeNumber(cell: string): number | undefined {
  const length = cell.length;
  if (length === 0) return undefined;
  if (length > MAX_DIGITS_UNCHECKED) return longWholeNumber(cell);
  let value = 0;
  for (let index = 0; index < length; index++) {
    const digit = cell.charCodeAt(index) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function longWholeNumber(cell: string): number | undefined {
  if (!/^[0-9]+$/.test(cell)) return undefined;
  const value = Number(cell);
  return Number.isSafeInteger(value) ? value : undefined;
}
