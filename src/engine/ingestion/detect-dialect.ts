import { AppError } from '#platform/errors.ts';
import { createDelimitedReader } from './delimited-reader.ts';
import { type Dialect, type Encoding, type Separator, SEPARATORS } from './dialect.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { knownFormat } from './magic.ts';

/** How the start of a file looks under one separator and quote. */
export interface DialectEvidence {
  readonly separator: Separator;
  readonly quote: '"' | "'" | null;
  readonly records: number;
  /** Records that are not well-formed. */
  readonly refused: number;
  /** The most frequent number of cells, and the records that have it. */
  readonly columns: number;
  readonly consistent: number;
  /** 0 to about 1. */
  readonly score: number;
}

export interface DetectedDialect {
  readonly dialect: Required<Pick<Dialect, 'separator' | 'quote' | 'encoding'>>;
  /** False where no separator divides the lines: one column, or no table. */
  readonly isTable: boolean;
  /** Best first. */
  readonly evidence: readonly DialectEvidence[];
}

/** How much of a file is looked at. */
export const SAMPLE_BYTES = 64 * 1024;

/** Separator and quote from the start of a text (`SAMPLE_BYTES` of it; `isWhole` when there is no more). */
export function detectDialect(sample: Buffer, encoding: Encoding, isWhole: boolean): DetectedDialect {
  const text = sampleText(sample, encoding);
  const evidence = SEPARATORS.map((separator) =>
    weighSeparator(sample, text, separator, encoding, isWhole),
  ).sort((one, other) => other.score - one.score);
  const [best] = evidence;
  const { separator = ',', quote = '"', columns = 1 } = best ?? {};
  return { dialect: { separator, quote, encoding }, isTable: columns > 1, evidence };
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

/** Double quotes, unless most lines have cells in single ones and none in double ones, or they make no sense at all. */
function weighSeparator(
  sample: Buffer,
  text: string,
  separator: Separator,
  encoding: Encoding,
  isWhole: boolean,
): DialectEvidence {
  const usual = weigh(sample, { separator, quote: '"', encoding }, isWhole);
  if (usual.refused * 2 > usual.records) return weigh(sample, { separator, quote: null, encoding }, isWhole);
  const isApostrophe = countQuoted(text, separator, "'") * 2 > usual.records;
  if (!isApostrophe || countQuoted(text, separator, '"') > 0) return usual;
  return weigh(sample, { separator, quote: "'", encoding }, isWhole);
}

/** Cells that start and end with the quote, roughly. */
function countQuoted(text: string, separator: Separator, quote: string): number {
  const border = `[\\r\\n\\${separator}]`;
  return (
    text.match(new RegExp(`(?<=^|${border})${quote}[^${quote}]*${quote}(?=${border}|$)`, 'g'))?.length ?? 0
  );
}

function weigh(
  sample: Buffer,
  dialect: Required<Pick<Dialect, 'separator' | 'quote' | 'encoding'>>,
  isWhole: boolean,
): DialectEvidence {
  const widths = new Map<number, number>();
  let records = 0;
  let refused = 0;
  const reader = createDelimitedReader({
    dialect,
    limits: DEFAULT_LIMITS,
    onRecord({ cells }) {
      records++;
      widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
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
  const { separator, quote } = dialect;
  const score = columns > 1 ? (consistent / records) * (1 + Math.log2(columns) / 100) : 0;
  return { separator, quote, records, refused, columns, consistent, score };
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
