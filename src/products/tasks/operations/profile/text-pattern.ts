const PATTERN_LENGTH = 40;
const SHORT = 100;
const PARTS = /(\p{Lu}+)|([\p{L}\p{M}]+)|(\p{Nd})/gu;

/** The shape of a text: `Zoé Müller 12` is `Aa Aa 99`. Capital letters in a row are one `A`, others one `a`. */
export function textPattern(text: string): string {
  const pattern = asciiPattern(text) ?? unicodePattern(text);
  return pattern.length > PATTERN_LENGTH ? `${pattern.slice(0, PATTERN_LENGTH)}…` : pattern;
}

function unicodePattern(text: string): string {
  return text
    .slice(0, SHORT)
    .replaceAll(PARTS, (_, upper?: string, letters?: string) =>
      upper !== undefined ? 'A' : letters !== undefined ? 'a' : '9',
    );
}

const [OTHER, DIGIT, CAPITAL, SMALL] = [0, 1, 2, 3];
const KINDS = Uint8Array.from({ length: 128 }, (_, unit) => {
  const letter = String.fromCharCode(unit);
  return /\d/.test(letter) ? DIGIT : /[A-Z]/.test(letter) ? CAPITAL : /[a-z]/.test(letter) ? SMALL : OTHER;
});
const SHOWN = Uint8Array.from('\x009Aa', (letter) => letter.charCodeAt(0));
const written = Buffer.alloc(SHORT);

/** The same, ten times as fast, for cells are ASCII for the most part; undefined for others. */
function asciiPattern(text: string): string | undefined {
  let size = 0;
  let before = OTHER;
  for (let at = 0; at < text.length && at < SHORT; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 127) return undefined;
    const kind = KINDS[unit] as number;
    // A capital goes on what is in letters already, a small letter only what is in small ones.
    const goesOn = kind >= CAPITAL && (before === kind || before === SMALL);
    if (goesOn) continue;
    written[size++] = kind === OTHER ? unit : (SHOWN[kind] as number);
    before = kind;
  }
  return written.toString('latin1', 0, size);
}
