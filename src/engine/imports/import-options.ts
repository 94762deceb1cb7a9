/** What becomes of a record whose key a stored row has already. */
export type OnConflict = 'error' | 'skip' | 'update';

/** What a caller says about an import besides its bytes; kept with it, so that a second attempt does the same. */
export interface ImportOptions {
  /** partial: good records stay, bad ones are listed; atomic: all or nothing. */
  readonly mode: 'partial' | 'atomic';
  /** On the resource's natural key; inside a file the first record wins in every case. */
  readonly on_conflict: OnConflict;
  /** Column of the file → field; null: passed over. */
  readonly mapping: Readonly<Record<string, string | null>> | null;
  /** Read, judge and report; write nothing. */
  readonly dry_run: boolean;
  /** Refused records that are tolerated; null: any number. */
  readonly max_errors: number | null;
  /** Tolerated share of refused records, once there are `MIN_RECORDS_FOR_RATIO`; null: any. */
  readonly max_error_ratio: number | null;
}

export const DEFAULT_IMPORT_OPTIONS: ImportOptions = {
  mode: 'partial',
  on_conflict: 'error',
  mapping: null,
  dry_run: false,
  max_errors: null,
  max_error_ratio: null,
};

/** Records before a ratio means anything. */
export const MIN_RECORDS_FOR_RATIO = 1000;
