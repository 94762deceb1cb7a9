const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;

/**
 * The one way in which equal decimal numbers are written, exact for any number of digits: `12.50` and `+1.25e1` are both
 * `125e-1`. Undefined for a text that is no decimal number.
 */
export function canonicalDecimal(text: string): string | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (whole === '' && fraction === '') return undefined;
  const digits = withoutZeros(whole + fraction);
  if (digits.text === '') return '0';
  const power = Number(exponent) - fraction.length + digits.trailing;
  return `${sign === '-' ? '-' : ''}${digits.text}e${power}`;
}

function withoutZeros(digits: string): { readonly text: string; readonly trailing: number } {
  let start = 0;
  while (digits.charAt(start) === '0') start++;
  let end = digits.length;
  while (end > start && digits.charAt(end - 1) === '0') end--;
  return { text: digits.slice(start, end), trailing: digits.length - end };
}
