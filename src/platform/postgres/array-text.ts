const ZERO = 48;
const COMMA = 44;
const BRACE = 125;
const MINUS = 45;
const N = 78;

/** The elements of an `int[]` or `smallint[]` as the server writes it (`{1,2,NULL}`); `nullValue` stands for each NULL. */
export function intArray(text: string, nullValue: number): Int32Array<ArrayBuffer> {
  const result = new Int32Array(countElements(text));
  let index = 0;
  let value = 0;
  let isNegative = false;
  let isNull = false;
  for (let at = 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= ZERO) {
      if (unit === BRACE || unit >= N) {
        if (unit !== BRACE) isNull = true;
        else if (index < result.length) result[index] = isNull ? nullValue : isNegative ? -value : value;
      } else value = value * 10 + unit - ZERO;
    } else if (unit === COMMA) {
      result[index++] = isNull ? nullValue : isNegative ? -value : value;
      value = 0;
      isNegative = false;
      isNull = false;
    } else if (unit === MINUS) isNegative = true;
  }
  return result;
}

function countElements(text: string): number {
  if (text.length <= 2) return 0;
  let elements = 1;
  for (let at = text.indexOf(','); at >= 0; at = text.indexOf(',', at + 1)) elements++;
  return elements;
}
