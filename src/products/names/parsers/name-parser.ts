import type { Dialect } from '#engine/ingestion/dialect.ts';
import type { RowOutcome } from '#engine/ingestion/row-outcome.ts';
import type { RepeatRule } from '../import/build-slices.ts';
import type { Measure, NameCount } from '../name-count.ts';
import type { Gender } from '../normalize-gender.ts';

/** What is known of an inner file besides its rows: by its name, or by what the caller said. */
export interface FileFacts {
  readonly year: number | null;
  readonly gender: Gender | null;
  /** ISO 3166-2 code. */
  readonly area: string | null;
}

/** Reads the layout of one publisher. Facts of the layout on top, one pure function below. */
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
  readonly dialect: Dialect;
  /** Names of the columns, for error reports; the file itself may have no header. */
  readonly columns: readonly string[];
  /** The layout in words, for `format_mismatch`. */
  readonly layout: string;
  /** True where the rows do not say the year: then the file's name or the caller must. */
  readonly needsYear: boolean;
  readonly repeats: RepeatRule;
  /** Names of the regions that rows may name, by ISO 3166-2 code. */
  readonly areas: Readonly<Record<string, string>>;
  /** Whether an inner file holds rows (a READ ME does not), by its name. */
  readsFile(name: string): boolean;
  /** Whether a row is in this layout; most of the first rows must be. */
  fits(cells: readonly string[]): boolean;
  /** What the name of an inner file says. */
  readFileName(name: string): FileFacts;
  parseRow(cells: readonly string[], facts: FileFacts): RowOutcome<NameCount>;
}
