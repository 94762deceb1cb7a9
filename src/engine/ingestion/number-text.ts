/** All digits that tell a number from its neighbours. */
export function numberText(value: number): string {
  const text = String(value);
  const written = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (written === null) return text;
  const [, sign = '', first = '', rest = '', exponent] = written;
  const digits = first + rest;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  // Only numbers beyond 21 digits are written with an exponent: nothing follows the point.
  return sign + digits.padEnd(point, '0');
}
