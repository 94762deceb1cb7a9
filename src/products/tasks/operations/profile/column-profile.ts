import { ownString } from '#engine/ingestion/own-string.ts';
import { createDistinctEstimate } from './distinct-estimate.ts';
import { createFrequentTexts } from './frequent-texts.ts';
import { textPattern } from './text-pattern.ts';
import { createKindTally, type KindException, shownText } from './kind-tally.ts';
import type { ValueKind } from './value-kind.ts';

/** What the cells of a column are like. */
export interface ColumnProfile {
  readonly position: number;
  readonly name: string;
  /** The kind that every cell with something in it has. */
  readonly type: ValueKind | 'empty';
  /** How many cells look like what. */
  readonly evidence: Readonly<Partial<Record<ValueKind, number>>>;
  /** The first cells that are not like most. */
  readonly exceptions: readonly KindException[];
  readonly filled: number;
  readonly empty: number;
  /** Cells with blanks at their beginning or end. */
  readonly padded: number;
  readonly distinct: { readonly count: number; readonly is_exact: boolean };
  /** By value where all cells are numbers, else as texts. Null: no cell has anything in it. */
  readonly min: string | null;
  readonly max: string | null;
  /** Characters of a cell. */
  readonly length: { readonly min: number; readonly max: number; readonly mean: number } | null;
  readonly top_values: readonly { readonly value: string; readonly count: number }[];
  /** By how much the counts of `top_values` may be too low. */
  readonly top_values_error: number;
  /** Letters as `A` and `a`, however many, and each digit as `9`. */
  readonly patterns: readonly { readonly pattern: string; readonly count: number }[];
}

export interface ColumnProfiler {
  add(cell: string, line: number): void;
  profile(): ColumnProfile;
}

/** `capacity`: different texts that are counted one by one. */
export function createColumnProfiler(
  position: number,
  name: string,
  options: { readonly capacity: number; readonly top: number },
): ColumnProfiler {
  const kinds = createKindTally();
  const distinct = createDistinctEstimate();
  const values = createFrequentTexts(options.capacity);
  const patterns = createFrequentTexts(Math.min(options.capacity, PATTERN_CAPACITY));
  const texts = createRange((a, b) => a < b);
  const numbers = createRange((a, b) => Number(a) < Number(b));
  const lengths = createLengths();
  let [filled, empty, padded] = [0, 0, 0];

  return {
    add(cell, line) {
      if (cell === '') return void empty++;
      filled++;
      const kind = kinds.add(cell, line);
      if (cell.trim().length < cell.length) padded++;
      if (kind === 'integer' || kind === 'decimal') numbers.add(cell);
      texts.add(cell);
      lengths.add(cell);
      distinct.add(cell);
      values.add(cell);
      patterns.add(textPattern(cell));
    },
    profile() {
      const type = kinds.type();
      const range = type === 'integer' || type === 'decimal' ? numbers : texts;
      const exact = values.distinct();
      const count = exact ?? Math.min(filled, distinct.estimate());
      return {
        position,
        name,
        type,
        evidence: kinds.evidence(),
        exceptions: kinds.exceptions(),
        filled,
        empty,
        padded,
        distinct: { count, is_exact: exact !== undefined },
        ...range.ends(),
        length: lengths.summary(filled),
        top_values: values.top(options.top).map(({ text, count: times }) => ({ value: text, count: times })),
        top_values_error: values.error(),
        patterns: patterns
          .top(options.top)
          .map(({ text, count: times }) => ({ pattern: text, count: times })),
      };
    },
  };
}

const PATTERN_CAPACITY = 512;
const NOT_ASCII = /[^\0-\x7F]/;

function createLengths() {
  let [shortest, longest, all] = [Infinity, 0, 0];
  return {
    add(text: string): void {
      const size = NOT_ASCII.test(text) ? Array.from(text).length : text.length;
      all += size;
      if (size < shortest) shortest = size;
      if (size > longest) longest = size;
    },
    summary: (texts: number): ColumnProfile['length'] =>
      texts === 0 ? null : { min: shortest, max: longest, mean: Math.round((all / texts) * 100) / 100 },
  };
}

function createRange(isLess: (a: string, b: string) => boolean) {
  let lowest: string | undefined;
  let highest: string | undefined;
  return {
    add(value: string): void {
      if (lowest === undefined || isLess(value, lowest)) lowest = ownString(value);
      if (highest === undefined || isLess(highest, value)) highest = ownString(value);
    },
    ends: (): Pick<ColumnProfile, 'min' | 'max'> => ({
      min: lowest === undefined ? null : shownText(lowest),
      max: highest === undefined ? null : shownText(highest),
    }),
  };
}
