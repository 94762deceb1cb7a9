import { cellEncoder } from '#engine/ingestion/cell-encoder.ts';
import type { Dialect } from '#engine/ingestion/dialect.ts';

/** Writes cells as the records beside them are written. */
export interface CellWriter {
  /**
   * The cell as it stands in a file, in quotes where the dialect needs them or `isQuoted` asks for them. Undefined: the
   * dialect has no quotes, and the cell would need some.
   */
  cell(text: string, isQuoted?: boolean): string | undefined;
  /** A record of these cells. Undefined as with `cell`; a single empty cell is quoted, for an empty line is no record. */
  cells(texts: readonly string[]): string | undefined;
  /** The bytes of what was written; undefined: the encoding of the file lacks a character. */
  encode(text: string): Buffer | undefined;
}

export function createCellWriter(dialect: Dialect): CellWriter {
  const { separator, encoding = 'utf-8' } = dialect;
  const quote = dialect.quote === undefined ? '"' : dialect.quote;
  const isEscaping = dialect.escape === 'backslash';
  const needsQuotes = new RegExp(`[${[separator, quote ?? '', '\\r\\n'].map(inClass).join('')}]`);

  const cell = (text: string, isQuoted = false): string | undefined => {
    // Blanks that a reader of this dialect would pass over are part of the cell.
    const isSpecial = needsQuotes.test(text) || (dialect.skipsBlanks === true && text.startsWith(' '));
    if (!isSpecial && !isQuoted) return text;
    if (quote === null) return isSpecial ? undefined : text;
    const escaped = isEscaping
      ? text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)
      : text.replaceAll(quote, quote + quote);
    return quote + escaped + quote;
  };

  return {
    cell,
    cells(texts) {
      if (texts.length === 1 && texts[0] === '') return cell('', true);
      let line = '';
      for (let at = 0; at < texts.length; at++) {
        const written = cell(texts[at] as string);
        if (written === undefined) return undefined;
        line += at === 0 ? written : separator + written;
      }
      return line;
    },
    encode: cellEncoder(encoding),
  };
}

function inClass(letters: string): string {
  return letters === '\\r\\n' ? letters : letters.replaceAll(/[\\\]^-]/g, '\\$&');
}
