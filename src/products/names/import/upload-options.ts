import type { Gender } from '../normalize-gender.ts';
import type { SavedProfile } from '../profiles/column-profile.ts';

/** What a caller says about an upload besides its bytes; kept with the dataset, so that it can be read again. */
export interface UploadOptions {
  readonly year: number | null;
  readonly gender: Gender | null;
  /** ISO 3166-2 code. */
  readonly area: string | null;
  /** partial: refused rows are left out; atomic: one refused row fails the file. */
  readonly mode: 'partial' | 'atomic';
  readonly max_errors: number | null;
  /** Share of refused records above which the reading fails. */
  readonly max_error_ratio: number;
  /** Read and report, publish nothing. */
  readonly dry_run: boolean;
  /** Of a file that has to be fetched before it can be compared: it may be one that is there already. */
  readonly allow_duplicate?: boolean;
  /** The columns of a file that no parser knows, as its profile was when it was uploaded. */
  readonly profile?: SavedProfile;
}

export const DEFAULT_MAX_ERROR_RATIO = 0.05;
/** Records before a ratio means anything. */
export const MIN_ROWS_FOR_RATIO = 1000;
