import { AppError } from '#platform/errors.ts';
import { MIN_ROWS_FOR_RATIO, type UploadOptions } from './upload-options.ts';

export interface Refusals {
  readonly read: number;
  readonly rejected: number;
  readonly accepted: number;
}

/** Why a reading may not be published because of what was refused; undefined when it may. */
export function thresholdExceeded(options: UploadOptions, counts: Refusals): AppError | undefined {
  const { read, rejected, accepted } = counts;
  const told = `${rejected} of ${read} records were refused`;
  if (options.mode === 'atomic' && rejected > 0)
    return exceeded(`${told} and mode=atomic takes all or nothing.`);
  if (options.max_errors !== null && rejected > options.max_errors) {
    return exceeded(`${told}; max_errors is ${options.max_errors}.`);
  }
  if (read >= MIN_ROWS_FOR_RATIO && rejected > read * options.max_error_ratio) {
    return exceeded(`${told}; max_error_ratio is ${options.max_error_ratio}.`);
  }
  if (accepted === 0)
    return new AppError('unprocessable', 'no_records', `No record of the file could be used: ${told}.`);
  return undefined;
}

function exceeded(message: string): AppError {
  return new AppError(
    'unprocessable',
    'threshold_exceeded',
    `${message} See the errors of the dataset, mend the file and send it again.`,
  );
}
