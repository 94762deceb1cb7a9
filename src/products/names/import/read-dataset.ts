import { join } from 'node:path';
import { createLedger, type Ledger, type LedgerReport } from '#engine/ingestion/ledger.ts';
import type { RecordError } from '#engine/ingestion/record-error.ts';
import type { Source } from '#engine/ingestion/source-files.ts';
import type { Report, ReportWarning } from '#engine/imports/report.query.ts';
import type { JobContext } from '#engine/jobs/define-job.ts';
import type { AppError } from '#platform/errors.ts';
import { hasOddCharacter } from '../normalize-name.ts';
import type { NameParser } from '../parsers/name-parser.ts';
import type { Repeat } from './build-slices.ts';
import type { ImportDependencies } from './import-run.ts';
import { createNameNumbers, type NameTable } from './name-numbers.ts';
import { type NameFile, readSource, type Reading, rejectRepeats } from './read-source.ts';
import { createRowBuckets, type RowBuckets } from './row-buckets.ts';
import { createSliceRegistry, type SliceDraft } from './slice-registry.ts';
import { numberSpellings } from './spellings.query.ts';
import { thresholdExceeded } from './thresholds.ts';
import type { UploadOptions } from './upload-options.ts';

/** A file that was read to its end: rows waiting in buckets, names numbered, refusals known. */
export interface FinishedReading {
  readonly rows: RowBuckets;
  readonly table: NameTable;
  readonly slices: readonly SliceDraft[];
  readonly files: readonly NameFile[];
  /** Takes the records that turned out to repeat a name once the rows were sorted. */
  addRepeats(repeats: readonly Repeat[]): Promise<void>;
  /** Why the reading must not be published; undefined when it may. */
  refusal(): AppError | undefined;
  report(): Report;
}

export interface DatasetSource {
  readonly source: Source;
  readonly parser: NameParser;
  readonly files: readonly NameFile[];
  /** Names of files that look like data and are in no layout of the parser. */
  readonly unread: readonly string[];
  readonly options: UploadOptions;
}

export async function readDataset(
  dependencies: ImportDependencies,
  dataset: DatasetSource,
  context: JobContext,
): Promise<FinishedReading> {
  const { source, parser, files, unread, options } = dataset;
  const errors: RecordError[] = [];
  const ledger = createLedger({ onError: (error) => errors.push(error) });
  const registry = createSliceRegistry();
  const names = createNameNumbers((spellings) => numberSpellings(dependencies.pool, spellings));
  const scratchDir = join(dependencies.scratchDir, `${context.jobId}-${context.leaseToken}`);
  const rows = createRowBuckets(scratchDir, parser.keeps === undefined ? 4 : 5);
  context.progress({ phase: 'parsing', bytes_total: source.size });
  // To know their layouts, the beginning of all files was read.
  const looked = source.bytesRead();
  const reading: Reading = {
    parser,
    files,
    limits: dependencies.limits,
    ledger,
    registry,
    names,
    rows,
    signal: context.signal,
    onChunk(recordsRead) {
      context.signal.throwIfAborted();
      const done = Math.min(source.bytesRead() - looked, source.size);
      context.progress({ bytes_done: done, records_done: recordsRead });
    },
  };
  const layerOf = (file: number): number => files[file]?.layer ?? 0;
  try {
    const counts = await readSource(reading);
    const table = await names.settle();
    return finishedReading(reading, {
      ...counts,
      errors,
      table,
      options,
      unread,
      replaced: registry.settle(layerOf),
    });
  } catch (error) {
    rows.discard();
    throw error;
  }
}

interface ReadState {
  readonly read: number;
  readonly accepted: number;
  readonly errors: RecordError[];
  readonly table: NameTable;
  readonly options: UploadOptions;
  readonly unread: readonly string[];
  readonly replaced: readonly SliceDraft[];
}

function finishedReading(reading: Reading, state: ReadState): FinishedReading {
  const { ledger, files } = reading;
  const isAmended = (slice: SliceDraft): boolean => files[slice.file]?.isAmended === true;
  let { read, accepted } = state;
  let summed: readonly Repeat[] = [];
  for (const slice of state.replaced) {
    accepted -= slice.rowsRead;
    if (isAmended(slice)) read -= slice.rowsRead;
    else if (slice.rowsRead > 0) ledger.skip('slice_repeated', slice.rowsRead);
  }
  return {
    rows: reading.rows,
    table: state.table,
    slices: reading.registry.slices,
    files,
    async addRepeats(repeats) {
      summed = repeats.filter(({ outcome }) => outcome === 'summed');
      const left = repeats.filter(({ outcome }) => outcome !== 'summed');
      const own = left.filter(({ slice }) => !isAmended(slice));
      accepted -= left.length;
      // What the amended file repeats is in its own report.
      read -= left.length - own.length;
      for (const { outcome } of own) if (outcome === 'skipped') ledger.skip('duplicate_in_file');
      await rejectRepeats(
        reading,
        own.filter(({ outcome }) => outcome === 'rejected'),
      );
    },
    refusal() {
      const { rejected } = ledger.report();
      return thresholdExceeded(state.options, { read, rejected, accepted });
    },
    report: () => ({
      ledger: closeLedger(ledger, accepted, read),
      errors: inFileOrder(state.errors, reading.files),
      warnings: [...warningsOf(reading, state), ...warningOfSums(summed)],
    }),
  };
}

function closeLedger(ledger: Ledger, accepted: number, read: number): LedgerReport {
  ledger.accept(accepted);
  return ledger.close(read);
}

/** Repeats are found after everything else, wherever they stand. */
function inFileOrder(errors: readonly RecordError[], files: readonly NameFile[]): RecordError[] {
  const place = new Map(files.map(({ source }, at) => [source.name, at]));
  const placeOf = (error: RecordError): number => place.get(error.entry ?? '') ?? 0;
  return errors.toSorted((a, b) => placeOf(a) - placeOf(b) || a.record - b.record || a.seq - b.seq);
}

function warningsOf(reading: Reading, { table, replaced, unread }: ReadState): ReportWarning[] {
  const warnings: ReportWarning[] = [];
  if (unread.length > 0) {
    const message = `${unread.length} files are in no layout of ${reading.parser.id} and were not read: ${unread.slice(0, 5).join(', ')}.`;
    warnings.push({ code: 'file_not_read', message, count: unread.length, examples: unread.slice(0, 5) });
  }
  const odd = table.published.filter(hasOddCharacter);
  if (odd.length > 0) {
    const message = `${odd.length} names hold a digit or an unusual character; they are kept as the office wrote them.`;
    warnings.push({ code: 'odd_character', message, count: odd.length, examples: odd.slice(0, 5) });
  }
  for (const { layout, isAmended } of reading.files) {
    if (layout.warning && !isAmended) warnings.push(layout.warning);
  }
  for (const { file, gender, year, area } of replaced) {
    if (reading.files[file]?.isAmended) continue;
    const name = reading.files[file]?.source.name ?? '';
    const slice = `${area ?? reading.parser.country} ${year} ${gender}`;
    warnings.push({
      code: 'slice_repeated',
      message: `"${name}" states ${slice}, which a later file of the archive states again and supplies.`,
    });
  }
  return warnings;
}

/** Names that an office lists more than once in a slice, which it does not explain. */
function warningOfSums(summed: readonly Repeat[]): ReportWarning[] {
  if (summed.length === 0) return [];
  const examples = summed.slice(0, 5).map(({ name, slice: { gender, year } }) => `${name} ${gender} ${year}`);
  const message = `${summed.length} records repeat a name of their year and gender with another count; all of its counts were added up.`;
  return [{ code: 'repeats_summed', message, count: summed.length, examples }];
}
