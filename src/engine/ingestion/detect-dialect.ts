import { AppError } from '#platform/errors.ts';
import { createDelimitedReader } from './delimited-reader.ts';
import { type Dialect, type Encoding, type Separator, SEPARATORS } from './dialect.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { knownFormat } from './magic.ts';

/** How the start of a file looks under one separator and quote. */
export interface DialectEvidence {
  readonly separator: Separator;
  readonly quote: '"' | "'" | null;
  readonly escape?: 'backslash';
  readonly skipsBlanks?: true;
  /** Records before the table: title lines of one cell. */
  readonly preamble: number;
  readonly records: number;
  /** Records that are not well-formed. */
  readonly refused: number;
  /** The most frequent number of cells, and the records that have it. */
  readonly columns: number;
  readonly consistent: number;
  /** 0 to about 1. */
  readonly score: number;
}

/** With the tolerances of `Dialect` only where the text needs them. */
type DialectFound = Required<Pick<Dialect, 'quote' | 'encoding'>> &
  Pick<DialectEvidence, 'separator' | 'escape' | 'skipsBlanks'>;

export interface DetectedDialect {
  readonly dialect: DialectFound;
  /** Records before the table; those are no data. */
  readonly preamble: number;
  /** False where no separator divides the lines: one column, or no table. */
  readonly isTable: boolean;
  /** Best first. */
  readonly evidence: readonly DialectEvidence[];
}

/** How much of a file is looked at. */
export const SAMPLE_BYTES = 64 * 1024;
const MOST_PREAMBLE = 50;

/** Separator and quote from the start of a text (`SAMPLE_BYTES` of it; `isWhole` when there is no more). */
export function detectDialect(sample: Buffer, encoding: Encoding, isWhole: boolean): DetectedDialect {
  const text = sampleText(sample, encoding);
  const evidence = SEPARATORS.map((separator) =>
    weighSeparator(sample, text, separator, encoding, isWhole),
  ).sort((one, other) => other.score - one.score);
  const [best] = evidence as [DialectEvidence];
  const { preamble, columns } = best;
  return { dialect: dialectOf(best, encoding), preamble, isTable: columns > 1, evidence };
}

/** The dialect that some evidence speaks for. */
export function dialectOf(evidence: DialectEvidence, encoding: Encoding): DialectFound {
  const { separator, quote, escape, skipsBlanks } = evidence;
  return { separator, quote, encoding, ...(escape && { escape }), ...(skipsBlanks && { skipsBlanks }) };
}

/** Throws AppError unprocessable `not_text` for what is no text, whatever its name says. */
export function assertText(sample: Buffer, encoding: Encoding, filename: string): void {
  const format = knownFormat(sample);
  if (format !== undefined) throw notText(filename, `it is ${format.name}`);
  const isUtf16 = encoding === 'utf-16le' || encoding === 'utf-16be';
  const controls = isUtf16 ? 0 : countControls(sample);
  // A stray control character is a matter of its record; binary data has one in every nine bytes.
  if (controls > 1 && controls * 25 > sample.length) {
    throw notText(filename, `${controls} of its first ${sample.length} bytes are control characters`);
  }
}

function sampleText(sample: Buffer, encoding: Encoding): string {
  const isUtf16 = encoding === 'utf-16le' || encoding === 'utf-16be';
  return isUtf16 ? new TextDecoder(encoding).decode(sample) : sample.toString('latin1');
}

/** Double quotes, unless no cell is in double ones and most lines have cells in single ones, or they make no sense at all. */
function weighSeparator(
  sample: Buffer,
  text: string,
  separator: Separator,
  encoding: Encoding,
  isWhole: boolean,
): DialectEvidence {
  const strict = weigh(sample, { separator, quote: '"', encoding }, isWhole);
  const usual = strict.refused > 0 ? moreTolerant(sample, text, strict, encoding, isWhole) : strict;
  // One cell in double quotes says what they mean: stray ones beside it are mistakes, never letters.
  if (countQuoted(text, separator, '"') > 0) return usual;
  if (usual.refused * 2 > usual.records) return weigh(sample, { separator, quote: null, encoding }, isWhole);
  if (countQuoted(text, separator, "'") * 2 <= usual.records) return usual;
  return weigh(sample, { separator, quote: "'", encoding }, isWhole);
}

/** Blanks before quotes where they make most records unreadable; backslashes where they explain all stray quotes. */
function moreTolerant(
  sample: Buffer,
  text: string,
  strict: DialectEvidence,
  encoding: Encoding,
  isWhole: boolean,
): DialectEvidence {
  const dialect: DialectFound = { separator: strict.separator, quote: '"', encoding };
  if (strict.refused * 2 > strict.records && text.includes(`${strict.separator} "`)) {
    const skipping = weigh(sample, { ...dialect, skipsBlanks: true }, isWhole);
    if (skipping.refused * 10 <= strict.refused) return skipping;
  }
  if (!text.includes('\\"')) return strict;
  const escaping = weigh(sample, { ...dialect, escape: 'backslash' }, isWhole);
  return escaping.refused === 0 && escaping.records >= strict.records ? escaping : strict;
}

/** Cells that start and end with the quote, roughly. */
function countQuoted(text: string, separator: Separator, quote: string): number {
  const border = `[\\r\\n\\${separator}]`;
  return (
    text.match(new RegExp(`(?<=^|${border})${quote}[^${quote}]*${quote}(?=${border}|$)`, 'g'))?.length ?? 0
  );
}

function weigh(sample: Buffer, dialect: DialectFound, isWhole: boolean): DialectEvidence {
  const widths = new Map<number, number>();
  const first: { width: number; filled: number; record: number }[] = [];
  let records = 0;
  let refused = 0;
  const reader = createDelimitedReader({
    dialect,
    limits: DEFAULT_LIMITS,
    onRecord({ cells, record }) {
      records++;
      widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
      if (first.length > MOST_PREAMBLE) return;
      first.push({ record, width: cells.length, filled: cells.filter((cell) => cell.trim() !== '').length });
    },
    onError({ errors }) {
      records++;
      // Bytes in another encoding say nothing about separators.
      if (errors.some(({ code }) => code !== 'encoding_error')) refused++;
    },
  });
  reader.push(sample);
  if (isWhole) reader.end();
  const [columns, consistent] = mostFrequentWidth(widths);
  // Titles fill one cell at most. What fills more belongs to the table; a refused record may be its header.
  const titles = first.findIndex(({ filled }) => filled > 1);
  const top = first[titles];
  const preamble = top?.width === columns && top.record === titles + 1 ? titles : 0;
  const { encoding: _, ...shape } = dialect;
  const score = columns > 1 ? (consistent / records) * (1 + Math.log2(columns) / 100) : 0;
  return { ...shape, preamble, records, refused, columns, consistent, score };
}

/** The width of most records; more than one column where any record has them. */
function mostFrequentWidth(widths: ReadonlyMap<number, number>): [columns: number, records: number] {
  let best: [number, number] = [1, widths.get(1) ?? 0];
  let hasTable = false;
  for (const [columns, records] of widths) {
    if (columns === 1 || (hasTable && records <= best[1])) continue;
    best = [columns, records];
    hasTable = true;
  }
  return best;
}

function countControls(sample: Buffer): number {
  let count = 0;
  for (const byte of sample) {
    if (byte < 9 || (byte > 13 && byte < 32) || byte === 127) count++;
  }
  return count;
}

function notText(filename: string, reason: string): AppError {
  const message = `"${filename}" is not a text: ${reason}. Send CSV, or a zip or gzip file with CSV in it.`;
  return new AppError('unprocessable', 'not_text', message, { reason });
}
