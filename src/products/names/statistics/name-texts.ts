import type { Dictionary } from '../read-model/dictionary.ts';

/**
 * How the names of a dictionary begin their lines of a list, as JSON in UTF-8. They lie side by side, where the rows of
 * the dictionary and their texts lie all over memory: some 50 bytes a name, made when it is first listed.
 */
export interface NameTexts {
  bytes: Buffer;
  /** By dictionary number; the end is 0 for a name that was not listed yet. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  length: number;
}

const FIRST_BYTES = 64 * 1024;
const textsOf = new WeakMap<Dictionary, NameTexts>();

export function nameTexts(dictionary: Dictionary): NameTexts {
  let texts = textsOf.get(dictionary);
  if (!texts) {
    const numbers = dictionary.positions.length;
    const [starts, ends] = [new Int32Array(numbers), new Int32Array(numbers)];
    texts = { bytes: Buffer.allocUnsafeSlow(FIRST_BYTES), starts, ends, length: 0 };
    textsOf.set(dictionary, texts);
  }
  return texts;
}

/** Writes `{"name":…,"published":…` of a name that was not listed yet. */
export function addNameText(texts: NameTexts, { rows, positions }: Dictionary, number: number): void {
  const { name = '', published = '' } = rows[positions[number] as number] ?? {};
  const text = Buffer.from(JSON.stringify({ name, published }).slice(0, -1));
  const end = texts.length + text.length;
  if (end > texts.bytes.length) {
    const larger = Buffer.allocUnsafeSlow(2 * end);
    larger.set(texts.bytes.subarray(0, texts.length));
    texts.bytes = larger;
  }
  texts.bytes.set(text, texts.length);
  texts.starts[number] = texts.length;
  texts.ends[number] = end;
  texts.length = end;
}
