import type { Dialect } from '#engine/ingestion/dialect.ts';
import type { RowOutcome } from '#engine/ingestion/row-outcome.ts';
import type { RepeatRule } from '../import/build-slices.ts';
import type { Measure, NameCount } from '../name-count.ts';
import type { Gender } from '../normalize-gender.ts';
import type { TableHead } from '../tables/table-head.ts';

/** What is known of a table besides its rows: by its titles, by the names of file and sheet, or by the caller. */
export interface TableFacts {
  readonly year: number | null;
  readonly gender: Gender | null;
  /** ISO 3166-2 code. */
  readonly area: string | null;
}

/** How one table is to be read. */
export interface TableLayout {
  /** What speaks for it, in words: `header in row 5: Rank, Name, Count`. */
  readonly evidence: string;
  /** Records before the first row of data: titles and header. */
  readonly skip: number;
  /** Names of the columns, for error reports. */
  readonly columns: readonly string[];
  /** What titles, sheet and file name tell. */
  readonly facts: TableFacts;
  /** What the rows do not tell, so that facts or the caller must. */
  readonly needs: readonly ('year' | 'gender' | 'area')[];
  /** Counts below this are left out or hidden, where this table says otherwise than its office usually does. */
  readonly threshold?: number | null;
  /**
   * True where only the most frequent names are listed: one that is not has at most as many births as the last of its
   * list, which takes the place of a threshold.
   */
  readonly isTop?: boolean;
  /**
   * True where each name has a cell for every year: one that hides its count may stand for no birth at all, and is no
   * row of its year (`rows_read`).
   */
  readonly listsAllYears?: boolean;
  /** True where all counts are rounded. */
  readonly isRounded?: boolean;
  /** First and last year of what is of no single year, where the table says them. */
  readonly period?: { readonly first: number; readonly last: number };
  /** The edition that titles or names tell. */
  readonly edition?: string;
  /** What a reader of the numbers should know about this table, such as a name that is at odds with its contents. */
  readonly warning?: { readonly code: string; readonly message: string };
  /** One observation of a row, several of a wide one. `facts` have what the caller said, too. */
  parseRow(cells: readonly string[], facts: TableFacts): RowOutcome<NameCount | readonly NameCount[]>;
}

/** From a year on, numbers are made in another way: nothing is compared across it. */
export interface MethodBreak {
  readonly year: number;
  readonly what: string;
}

/** Reads the tables of one publisher: facts on top, how a table is recognized below. */
export interface NameParser {
  /** Stable id, e.g. `us_ssa`. */
  readonly id: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly sampleFormat: string;
  readonly office: string;
  readonly licence: string;
  readonly licenceUrl: string | null;
  readonly attribution: string;
  readonly measure: Measure;
  /** Counts below this are left out by the office; null: none are. */
  readonly threshold: number | null;
  /** The layout in words, for `format_mismatch` and the list of parsers. */
  readonly layout: string;
  /** How a name that a slice has twice is meant. */
  readonly repeats: RepeatRule;
  /** What is kept of each row besides its count: the office's rank, or what tells equal counts of a name apart. */
  readonly keeps?: 'rank' | 'variant';
  /** Names of regions by code, parents of deeper ones included: `DE-BE`, `DE-BE-MITTE`. */
  readonly areas: Readonly<Record<string, string>>;
  readonly methodBreaks?: readonly MethodBreak[];
  /** Read texts in this dialect instead of the detected one. */
  readonly dialect?: Dialect;
  /** The layout of a text that has no header, by its name alone: saves a look into each of many files. */
  readonly fixed?: (file: string) => TableLayout | undefined;
  /** What a sheet of notes says about all tables of its workbook; undefined where it says nothing. */
  readonly notes?: (sheet: TableHead) => Partial<TableFacts> | undefined;
  /** How to read this table, by what stands in it; undefined where it is in another layout. */
  recognize(table: TableHead): TableLayout | undefined;
}
