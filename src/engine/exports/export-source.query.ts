import type { Database } from '#platform/postgres/database.ts';
import type { Sql } from '#platform/postgres/sql.ts';

/** A column of exports. Its value is SQL over the source's `from`. */
export interface ExportColumn {
  readonly name: string;
  /** text: guarded against spreadsheets; plain: numbers and ids; text[]: one cell with `|` between, an array in JSON. */
  readonly type: 'text' | 'plain' | 'timestamptz' | 'text[]';
  readonly value: Sql;
  /** The value costs more than reading a column, so it is worked out once. */
  readonly isDerived?: boolean;
  /** Some rows have no value, or an empty list. */
  readonly isNullable?: boolean;
  /** False: only where `fields` names it. */
  readonly isDefault: boolean;
  readonly description: string;
}

/** A condition on rows that a caller may set. */
export interface ExportFilter {
  readonly name: string;
  readonly description: string;
  /** Throws AppError invalid_request for a value that is none. */
  condition(value: string): Sql;
  /** The condition that holds where a caller does not set this one. */
  readonly whenAbsent?: Sql;
}

/** Whose rows an export has, and under which terms they may be passed on. */
export interface ExportCredit {
  readonly source: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly office: string | null;
  /** Null: not known. */
  readonly licence: string | null;
  readonly licence_url: string | null;
  readonly attribution: string | null;
}

/** A source whose rows are left out of an export, and why. */
export interface LeftOutSource extends ExportCredit {
  /** Stable, for programs. */
  readonly reason: string;
  readonly message: string;
}

/** What licences say about the rows that meet the conditions of an export. */
export interface ExportTerms {
  /** Leaves out what must not be in it; undefined: all may. */
  readonly condition: Sql | undefined;
  readonly sources: readonly ExportCredit[];
  readonly leftOut: readonly LeftOutSource[];
}

/** What can be exported. */
export interface ExportSource {
  /** `users`; also the first word of file names. */
  readonly name: string;
  /** In the order of the file. */
  readonly columns: readonly ExportColumn[];
  readonly filters: readonly ExportFilter[];
  readonly from: Sql;
  /** Rows that are never exported are left out by it. */
  readonly always?: Sql;
  /** Total, so that the same rows are the same bytes. */
  readonly order: Sql;
  /** Asked in the snapshot of the rows; without it rows have no licences. */
  readonly terms?: (tx: Database, conditions: readonly Sql[]) => Promise<ExportTerms>;
}
