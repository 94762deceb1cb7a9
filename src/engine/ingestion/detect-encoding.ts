import { isAscii, isUtf8 } from 'node:buffer';
import { singleByteTable } from './cell-decoder.ts';
import type { Encoding, SingleByteEncoding } from './dialect.ts';

/** Which encoding a text has, and what speaks for it. */
export interface DetectedEncoding {
  readonly encoding: Encoding;
  readonly reason: 'byte_order_mark' | 'valid_utf8' | 'nul_pattern' | 'declared' | 'best_score';
  /** One sentence for people. */
  readonly evidence: string;
}

/** Takes a text in pieces; the more of it, the surer the answer. */
export interface EncodingDetector {
  push(chunk: Buffer): void;
  /** `isWhole`: all of the text was pushed; otherwise a character may be cut off at the end. */
  decide(isWhole: boolean): DetectedEncoding;
}

const LATIN = /\p{Script=Latin}/u;
const PATTERN_BYTES = 64 * 1024;
const MAX_WORDS = 2000;
const WORD_WITH_HIGH_BYTE = /[A-Za-z\x80-\xFF]{0,40}[\x80-\xFF][A-Za-z\x80-\xFF]{0,40}/g;
/** The first wins where several score the same. */
const CANDIDATES: readonly SingleByteEncoding[] = [
  'windows-1252',
  'windows-1250',
  'windows-1251',
  'koi8-r',
  'macintosh',
];

/**
 * Byte-order mark, else strict UTF-8, else UTF-16 by its NUL bytes, else the 8-bit encoding that is declared or,
 * without one, scores best.
 */
export function createEncodingDetector(declared?: Encoding): EncodingDetector {
  let start: Buffer = Buffer.alloc(0);
  let tail: Buffer = Buffer.alloc(0);
  let isValidUtf8 = true;
  const words: string[] = [];

  return {
    push(chunk) {
      if (start.length < PATTERN_BYTES)
        start = Buffer.concat([start, chunk.subarray(0, PATTERN_BYTES - start.length)]);
      if (tail.length === 0 && isAscii(chunk)) return;
      const bytes = Buffer.concat([tail, chunk]);
      const usable = bytes.length - cutOffLength(bytes);
      tail = bytes.subarray(usable);
      isValidUtf8 &&= isUtf8(bytes.subarray(0, usable));
      if (words.length < MAX_WORDS) words.push(...wordsOf(bytes).slice(0, MAX_WORDS - words.length));
    },
    decide(isWhole) {
      const unicode = byMark(start) ?? byNulPattern(start, isValidUtf8);
      if (unicode !== undefined) return unicode;
      if (isValidUtf8 && (tail.length === 0 || !isWhole)) {
        const evidence =
          words.length === 0 ? 'ASCII only, which UTF-8 contains' : 'all bytes are valid UTF-8';
        return { encoding: 'utf-8', reason: 'valid_utf8', evidence };
      }
      if (declared !== undefined && declared !== 'utf-8') {
        const evidence = `not valid UTF-8; the file format declares ${declared}`;
        return { encoding: declared, reason: 'declared', evidence };
      }
      return byScore(words);
    },
  };
}

function byMark(start: Buffer): DetectedEncoding | undefined {
  const mark = start.toString('latin1', 0, 3);
  const found = (encoding: Encoding): DetectedEncoding => ({
    encoding,
    reason: 'byte_order_mark',
    evidence: `the file starts with the byte-order mark of ${encoding}`,
  });
  if (mark === '\xEF\xBB\xBF') return found('utf-8');
  if (mark.startsWith('\xFF\xFE')) return found('utf-16le');
  if (mark.startsWith('\xFE\xFF')) return found('utf-16be');
  return undefined;
}

/**
 * Separators, digits and line ends have a NUL as their high byte in UTF-16: at every second place only. Bytes that are
 * valid UTF-8 can be UTF-16 of hardly anything but ASCII, half of them NUL; fewer are strays.
 */
function byNulPattern(start: Buffer, isValidUtf8: boolean): DetectedEncoding | undefined {
  const nuls = [0, 0];
  for (const [index, byte] of start.entries()) {
    if (byte === 0) nuls[index % 2] = (nuls[index % 2] as number) + 1;
  }
  const [even = 0, odd = 0] = nuls;
  const more = Math.max(even, odd);
  if (more === 0 || more * (isValidUtf8 ? 4 : 20) < start.length || Math.min(even, odd) * 20 > more)
    return undefined;
  const encoding = odd > even ? 'utf-16le' : 'utf-16be';
  const place = odd > even ? 'second' : 'first';
  return {
    encoding,
    reason: 'nul_pattern',
    evidence: `NUL bytes at the ${place} place of pairs only (${more})`,
  };
}

function byScore(words: readonly string[]): DetectedEncoding {
  const scored = CANDIDATES.map((encoding) => ({
    encoding,
    score: scoreOf(words, singleByteTable(encoding)),
  }));
  const [best = { encoding: 'windows-1252' as const, score: 0 }] = scored.sort((a, b) => b.score - a.score);
  const sample =
    words[0] === undefined ? '' : `, for example "${decode(words[0], singleByteTable(best.encoding))}"`;
  const evidence = `not valid UTF-8; read as ${best.encoding}, letters make the best words${sample}`;
  return { encoding: best.encoding, reason: 'best_score', evidence };
}

/** Words of one script whose capitals come first score high, with apostrophes too; other symbols and control characters in words cost. */
function scoreOf(words: readonly string[], table: readonly string[]): number {
  let score = 0;
  for (const word of words) {
    let before = '';
    for (const letter of decode(word, table)) {
      if (/[\uFFFD\x80-\x9F]/.test(letter)) score -= 10;
      else if (letter === '\u2019') score += 1;
      else if (!/\p{L}/u.test(letter)) score -= before === '' ? 0 : 1;
      else if (letter > '\x7F') score += 1;
      if (isUnlikely(before, letter)) score -= 3;
      before = letter;
    }
  }
  return score;
}

function isUnlikely(before: string, letter: string): boolean {
  if (!/\p{L}/u.test(before) || !/\p{L}/u.test(letter)) return false;
  // Accented letters rarely stand side by side in Latin script; letters of other scripts always do.
  if (before > '\x7F' && letter > '\x7F' && LATIN.test(before) && LATIN.test(letter)) return true;
  const turnsCapital = /\p{Ll}/u.test(before) && /\p{Lu}/u.test(letter);
  return turnsCapital || LATIN.test(before) !== LATIN.test(letter);
}

function decode(word: string, table: readonly string[]): string {
  return word.replace(/[\x80-\xFF]/g, (letter) => table[letter.charCodeAt(0)] ?? '\uFFFD');
}

function wordsOf(bytes: Buffer): string[] {
  return bytes.toString('latin1', 0, PATTERN_BYTES).match(WORD_WITH_HIGH_BYTE) ?? [];
}

/** How many bytes at the end may be the beginning of a UTF-8 character. */
function cutOffLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < sequenceLength(byte) ? back : 0;
  }
  return 0;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}
