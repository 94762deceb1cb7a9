import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '#platform/errors.ts';
import { ToldError } from '../failure.ts';
import { type ApiClient, type Listed, openApiClient, type Single } from './api-client.ts';
import { ApiError, describeApiError } from './api-error.ts';
import { countText, print } from './output.ts';
import { createProgressLine, noteOf, type ProgressLine } from './progress-line.ts';
import { uploadFile } from './upload-file.ts';

export interface ImportOptions {
  readonly country?: string;
  readonly parser?: string;
  readonly year?: string;
  readonly gender?: string;
  readonly area?: string;
  readonly edition?: string;
  readonly mode?: string;
  readonly maxErrors?: string;
  readonly maxErrorRatio?: string;
  readonly allowDuplicate?: true;
  readonly dryRun?: true;
  readonly strict?: true;
  readonly wait: boolean;
}

interface Dataset {
  readonly id: string;
  readonly status: string;
  readonly published: boolean;
  readonly dry_run: boolean;
  readonly phase: string | null;
  readonly progress: {
    readonly bytes_done: number;
    readonly bytes_total: number | null;
    readonly records_done: number;
    readonly rate: number | null;
    readonly eta_seconds: number | null;
  } | null;
  readonly row_count: number | null;
  readonly skipped_count: number | null;
  readonly error_count: number | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

interface RecordError {
  readonly code: string;
  readonly message: string;
  readonly entry: string | null;
  readonly line_start: number | null;
}

const LOOK_EVERY_MS = 250;
const SHOWN_ERRORS = 5;
const ENDED = ['completed', 'failed', 'canceled'];

/** Imports the files one after the other and says how each ended; throws at the end when one did not go well. */
export async function importCommand(files: readonly string[], options: ImportOptions): Promise<void> {
  const api = openApiClient();
  // A wrong key is told before megabytes are sent.
  await api.get('/v1/datasets', { limit: 1 });
  let bad = 0;
  for (const file of files) {
    if (!(await importFile(api, file, options))) bad += 1;
  }
  if (bad > 0) throw new ToldError(`${bad} of ${files.length} files did not go well.`);
}

async function importFile(api: ApiClient, file: string, options: ImportOptions): Promise<boolean> {
  const progress = createProgressLine(basename(file), process.stderr);
  try {
    const { dataset_id: id } = await uploadFile(api, file, fieldsOf(options), (sent, total) =>
      progress.show('sending', sent, total, ''),
    );
    if (!options.wait) {
      progress.clear();
      print(`${file}: taken in as dataset ${id}`);
      return true;
    }
    const dataset = await follow(api, id, progress);
    progress.clear();
    await printOutcome(api, file, dataset);
    return dataset.status === 'completed' && !(options.strict && dataset.error_count);
  } catch (error) {
    progress.clear();
    if (error instanceof AppError && error.code === 'server_unreachable') throw error;
    if (!(error instanceof ApiError) && !(error instanceof AppError)) throw error;
    print(`${file}: ${error instanceof ApiError ? describeApiError(error) : error.message}`);
    return false;
  }
}

function fieldsOf(options: ImportOptions): Record<string, string> {
  const fields = {
    country_id: options.country,
    parser: options.parser,
    year: options.year,
    gender: options.gender,
    area: options.area,
    metadata: options.edition === undefined ? undefined : JSON.stringify({ edition: options.edition }),
    mode: options.mode,
    max_errors: options.maxErrors,
    max_error_ratio: options.maxErrorRatio,
    allow_duplicate: options.allowDuplicate && 'true',
    dry_run: options.dryRun && 'true',
  };
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
  );
}

async function follow(api: ApiClient, id: string, progress: ProgressLine): Promise<Dataset> {
  for (;;) {
    const { data } = await api.get<Single<Dataset>>(`/v1/datasets/${id}`);
    if (ENDED.includes(data.status)) return data;
    const { progress: measures } = data;
    const phase = data.status === 'pending' ? 'waiting for a worker' : (data.phase ?? data.status);
    if (measures) progress.show(phase, measures.bytes_done, measures.bytes_total, noteOf(measures));
    await delay(LOOK_EVERY_MS);
  }
}

async function printOutcome(api: ApiClient, file: string, dataset: Dataset): Promise<void> {
  const { row_count: rows, skipped_count: skipped, error_count: refused } = dataset;
  const counts = `${countText(rows ?? 0)} rows, ${countText(skipped ?? 0)} skipped, ${countText(refused ?? 0)} refused`;
  print(`${file}: ${counts}; ${outcomeOf(dataset)}`);
  if (refused) await printErrors(api, dataset, refused);
  for (const { code, message } of dataset.warnings) print(`  warning ${code}: ${message}`);
}

function outcomeOf(dataset: Dataset): string {
  if (dataset.status !== 'completed') {
    const { error_code: code, error_message: message } = dataset;
    return [dataset.status, ...(code ? [`${code}: ${message ?? ''}`] : [])].join(', ');
  }
  if (dataset.dry_run) return 'a dry run, so nothing was kept';
  if (dataset.published) return `published as dataset ${dataset.id}`;
  return `waiting; "affirm-name datasets publish ${dataset.id}" lets its numbers count`;
}

async function printErrors(api: ApiClient, { id }: Dataset, refused: number): Promise<void> {
  const { data, meta } = await api.get<Listed<RecordError>>(`/v1/datasets/${id}/errors`, {
    limit: SHOWN_ERRORS,
  });
  for (const { entry, line_start: line, code, message } of data) {
    const place = [entry, ...(line === null ? [] : [`line ${line}`])]
      .filter((part) => part !== null)
      .join(', ');
    print(`  ${place}: ${code}: ${message}`);
  }
  const more = (meta.total ?? refused) - data.length;
  if (more > 0) print(`  and ${countText(more)} more: affirm-name datasets errors ${id}`);
}
