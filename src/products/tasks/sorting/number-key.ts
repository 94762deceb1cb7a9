/** A number as people and programs write it; blanks around it do not matter. */
const NUMBER = /^\s*([+-])?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,9}))?\s*$/;

/** A decimal number of any length: ±0.digits × 10^exponent. `digits` begins and ends with another digit than 0; '' is zero. */
export interface Decimal {
  readonly isNegative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

/** Undefined: the text is no decimal number (`1,5`, `12 kg`, nothing at all). */
export function parseDecimal(text: string): Decimal | undefined {
  const found = NUMBER.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = '', decimals = '', onlyDecimals = '', power = '0'] = found;
  const all = whole + decimals + onlyDecimals;
  const digits = withoutOuterZeros(all);
  if (digits === '') return { isNegative: false, digits: '', exponent: 0 };
  let leading = 0;
  while (all[leading] === '0') leading++;
  return { isNegative: sign === '-', digits, exponent: whole.length - leading + Number(power) };
}

function withoutOuterZeros(digits: string): string {
  let start = 0;
  let end = digits.length;
  while (start < end && digits[start] === '0') start++;
  while (end > start && digits[end - 1] === '0') end--;
  return digits.slice(start, end);
}

const [NEGATIVE, ZERO, POSITIVE] = ['\x01', '\x02', '\x03'];
const MIDDLE = 2 ** 31;

/**
 * Bytes (one a character) that compare like the numbers; none begins like another. Of a negative number everything
 * behind the sign is turned round.
 */
export function decimalKey({ isNegative, digits, exponent }: Decimal): string {
  if (digits === '') return ZERO;
  const biased = exponent + MIDDLE;
  const size = String.fromCharCode(biased >>> 24, (biased >>> 16) & 255, (biased >>> 8) & 255, biased & 255);
  const key = `${size}${digits}\0`;
  return isNegative ? NEGATIVE + turnedRound(key) : POSITIVE + key;
}

/** Bytes that compare the other way. */
export function turnedRound(bytes: string): string {
  let turned = '';
  for (let at = 0; at < bytes.length; at++) turned += String.fromCharCode(255 - bytes.charCodeAt(at));
  return turned;
}
