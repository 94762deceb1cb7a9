export const SEPARATORS = [',', ';', '\t', '|'] as const;
export type Separator = (typeof SEPARATORS)[number];

/** 8-bit encodings by their names in the WHATWG Encoding Standard, and true ISO 8859-1 (there: an alias of windows-1252). */
const SINGLE_BYTE_ENCODINGS = [
  'windows-1252',
  'iso-8859-1',
  'iso-8859-2',
  'iso-8859-5',
  'iso-8859-7',
  'iso-8859-15',
  'windows-1250',
  'windows-1251',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-1258',
  'koi8-r',
  'ibm866',
  'macintosh',
] as const;
export type SingleByteEncoding = (typeof SINGLE_BYTE_ENCODINGS)[number];
export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', ...SINGLE_BYTE_ENCODINGS] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** How a delimited text is written. Strict unless it says otherwise. */
export interface Dialect {
  /** One ASCII character, neither a quote nor a line break. Only those of `SEPARATORS` are ever detected. */
  readonly separator: string;
  /** null: no cell is quoted and a quote is a letter like any other. Default `"`. */
  readonly quote?: '"' | "'" | null;
  /** Default utf-8. */
  readonly encoding?: Encoding;
  /** What stands before a quote inside a quoted cell: another quote (default), or a backslash, also before itself. */
  readonly escape?: 'quote' | 'backslash';
  /** Blanks after a separator are no part of the cell: `a, "b, c"`. */
  readonly skipsBlanks?: boolean;
  /**
   * `keep`: a quote inside an unquoted cell, or text after a closing quote, stays in the cell as it is. Default
   * `refuse`, where an apostrophe inside an unquoted cell is a letter all the same.
   */
  readonly strayQuotes?: 'refuse' | 'keep';
}
