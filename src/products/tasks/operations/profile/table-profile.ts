import type { ColumnProfile } from './column-profile.ts';

/** The result of `profile`. */
export interface TableProfile {
  readonly file: {
    readonly name: string;
    readonly format: string;
    readonly encoding: string;
    /** Null for objects and sheets. */
    readonly separator: string | null;
    readonly line_break: string;
  };
  readonly records: number;
  readonly columns: readonly ColumnProfile[];
}
