const PATTERN_LENGTH = 40;
const SHORT = 100;
const PARTS = /(\p{Lu}+)|([\p{L}\p{M}]+)|(\p{Nd})/gu;

/** The shape of a text: `Zoé Müller 12` is `Aa Aa 99`. Capital letters in a row are one `A`, others one `a`. */
export function textPattern(text: string): string {
  const pattern = text
    .slice(0, SHORT)
    .replaceAll(PARTS, (_, upper?: string, letters?: string) =>
      upper !== undefined ? 'A' : letters !== undefined ? 'a' : '9',
    );
  return pattern.length > PATTERN_LENGTH ? `${pattern.slice(0, PATTERN_LENGTH)}…` : pattern;
}
