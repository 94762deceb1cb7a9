import { DAYS_TO_RESTORE } from '../catalog/dataset-commands.query.ts';

/** A dry run gives up what it read after this long. */
const DAYS_TO_COMPARE = 7;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long things are kept that nobody needs any more; the database's clock decides. */
export interface Retention {
  /** Rows of a replaced reading: walks through its pages that began before may end. */
  readonly retiredReleaseMs: number;
  /** Reports of readings that came to nothing. */
  readonly reportMs: number;
  /** Deleted datasets with their file; not less than what `restore` promises. */
  readonly deletedDatasetMs: number;
  /** What a dry run read, for as long as one may ask what it would change. */
  readonly dryRunMs: number;
  /** Files without a dataset: an upload that is being accepted has none yet. */
  readonly fileMs: number;
}

export const RETENTION: Retention = {
  retiredReleaseMs: HOUR_MS,
  reportMs: HOUR_MS,
  deletedDatasetMs: DAYS_TO_RESTORE * DAY_MS,
  dryRunMs: DAYS_TO_COMPARE * DAY_MS,
  fileMs: DAY_MS,
};
