import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { openSource } from '#engine/ingestion/source-files.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { type PlannedFile, planFiles } from '#products/names/import/plan-files.ts';
import type { UploadOptions } from '#products/names/import/upload-options.ts';
import type { NameCount } from '#products/names/name-count.ts';
import type { NameParser } from '#products/names/parsers/name-parser.ts';
import { NO_OPTIONS, readPlanned } from './parser-reading.ts';
import { officialFile } from './truths.ts';

/** What a parser reads of one inner file, area, year and gender, without any database. */
interface ReadSlice {
  readonly file: string;
  readonly area: string | null;
  readonly year: number | null;
  readonly gender: string;
  rows: number;
  sum: number;
  hidden: number;
  /** The five largest counts with their names, `Mary 7065`, in file order where they tie. */
  top: { readonly name: string; readonly count: number }[];
}

export interface OfficeReading {
  readonly slices: ReadSlice[];
  readonly skipped: Readonly<Record<string, number>>;
  /** Errors of refused rows, `invalid_count 3 count x`. */
  readonly refused: readonly string[];
  readonly unread: readonly string[];
}

/** Reads a packed official file to its end with one parser. */
export async function readOfficialFile(
  packed: string,
  parser: NameParser,
  options: Partial<UploadOptions> = {},
): Promise<OfficeReading> {
  const path = officialFile(packed);
  // Names of files may hold blanks, keys of the store may not.
  const folder = mkdtempSync(join(tmpdir(), 'affirm-office-'));
  symlinkSync(path, join(folder, 'original'));
  const store = createLocalFileStore(folder);
  const source = await openSource(store, 'original', basename(path), DEFAULT_LIMITS, { cubes: true });
  try {
    const plan = await planFiles(
      source.files,
      parser,
      { ...NO_OPTIONS, ...options },
      { limits: DEFAULT_LIMITS },
    );
    const slices = new Map<string, ReadSlice>();
    const skipped: Record<string, number> = {};
    const refused: string[] = [];
    for (const file of plan.files) {
      await readPlanned(file, (outcome) => {
        if (outcome.kind === 'skipped') skipped[outcome.reason] = (skipped[outcome.reason] ?? 0) + 1;
        else if (outcome.kind === 'rejected') {
          refused.push(
            ...outcome.errors.map(({ code, column_index, value }) => `${code} ${column_index} ${value}`),
          );
        } else for (const count of [outcome.record].flat()) note(slices, file, count);
      });
    }
    return { slices: [...slices.values()], skipped, refused, unread: plan.unread };
  } finally {
    await source.close();
    rmSync(folder, { recursive: true });
  }
}

function note(slices: Map<string, ReadSlice>, { source, layout }: PlannedFile, observation: NameCount): void {
  const file = source.name;
  const { area, year, gender, name, count, status } = observation;
  const key = `${file} ${area} ${year} ${gender}`;
  let slice = slices.get(key);
  if (!slice) slices.set(key, (slice = { file, area, year, gender, rows: 0, sum: 0, hidden: 0, top: [] }));
  if (count !== null || !layout.listsAllYears) slice.rows++;
  slice.sum += count ?? 0;
  if (count === null) slice.hidden++;
  else if (status === 'exact') {
    const smallest = slice.top.at(-1);
    if (slice.top.length < 5 || (smallest && smallest.count < count)) {
      slice.top = [...slice.top, { name, count }].sort((a, b) => b.count - a.count).slice(0, 5);
    }
  }
}

/** A line of truths.csv as it stands there. */
export interface TruthLine {
  readonly inner: string;
  readonly area: string;
  readonly year: string;
  readonly sex: string;
  readonly rows: number;
  readonly sum: number;
  readonly top: readonly string[];
}

/** The truths about a packed file, in file order. */
export function truthLines(packed: string): TruthLine[] {
  const lines = readFileSync(officialFile('truths.csv'), 'utf8').trimEnd().split(/\r?\n/).slice(1);
  return lines
    .map(csvCells)
    .flatMap(([, file, inner = '', area = '', year = '', sex = '', rows, sum, top = '']) =>
      file === packed
        ? [
            {
              inner,
              area,
              year,
              sex,
              rows: Number(rows),
              sum: Number(sum),
              top: top.split('; ').filter(Boolean),
            },
          ]
        : [],
    );
}

/** Packed file, inner file, year and sex of a line, as far as it says them. */
export function placeOf(packed: string, { inner, year, sex }: TruthLine): string {
  return [packed, inner, year, sex].filter((word) => word !== '').join(' ');
}

/** Whether a line of truths.csv speaks of a slice, perhaps among others; `from` is before `to` where no year is known. */
export function isAbout(
  { inner, year, sex }: TruthLine,
  slice: { readonly file: string; readonly gender: string; readonly from: number; readonly to: number },
): boolean {
  const { file, gender, from, to } = slice;
  // Names with umlauts stand in the list as they look in another code page; that of the upload is not in it.
  const name = inner.replaceAll('├╢', 'ö');
  const isOfFile =
    name === '' ||
    file === name ||
    (name.startsWith('#') ? file.endsWith(name) : file.startsWith(`${name}#`));
  // The sex of the file name is kept where the contents are of the other one.
  const isOfGender = sex === 'all' || (/swapped/.test(sex) ? !sex.startsWith(gender) : sex === gender);
  if (!isOfFile || !isOfGender) return false;
  if (year === 'XXXX') return to > from;
  const [first = year, last = first] = year.split('-');
  return from >= Number(first) && to <= Number(last);
}

/**
 * The names of a line that are not the first of a list, which may order ties as it likes. `mayBeMore`: names that the
 * file has twice were added up.
 */
export function missingFrom(
  listed: readonly { readonly name: string; readonly count: number }[],
  { top }: TruthLine,
  mayBeMore = false,
): string[] {
  const falling = listed.toSorted((one, other) => other.count - one.count);
  const last = falling[top.length - 1]?.count ?? 0;
  const first = falling.filter(({ count }) => count >= last);
  return top.filter((each) => {
    // An area stands behind a name where a sheet has several, and blanks where the file pads it.
    const [, wanted = '', count] = /^(.+?)(?: +| \([A-Z0-9]+\) )(\d+)$/.exec(each) ?? [];
    return !first.some(
      ({ name, count: found }) =>
        name === wanted && (mayBeMore ? found >= Number(count) : found === Number(count)),
    );
  });
}

/**
 * Reads a packed file and compares it with each line that truths.csv has about it, and each slice with some line.
 * `lost`: places of records that are refused, each of one birth.
 */
export async function readAgainstTruths(
  packed: string,
  parser: NameParser,
  lost: readonly string[] = [],
): Promise<OfficeReading> {
  const reading = await readOfficialFile(packed, parser);
  const truths = truthLines(packed);
  assert.ok(truths.length > 0);
  const known = new Set<ReadSlice>();
  for (const truth of truths) {
    const where = placeOf(packed, truth);
    const own = reading.slices.filter((slice) => isAbout(truth, { ...slice, ...spanOf(slice) }));
    const total = (of: 'rows' | 'sum'): number => own.reduce((sum, slice) => sum + slice[of], 0);
    const less = lost.filter((place) => where.endsWith(place)).length;
    assert.deepEqual([total('rows'), total('sum')], [truth.rows - less, truth.sum - less], where);
    const first = own.flatMap(({ top }) => top);
    if (truth.year !== 'XXXX') assert.deepEqual(missingFrom(first, truth), [], where);
    for (const slice of own) known.add(slice);
  }
  assert.equal(known.size, reading.slices.length);
  return reading;
}

function spanOf({ year }: ReadSlice): { from: number; to: number } {
  return year === null ? { from: 1800, to: 2100 } : { from: year, to: year };
}

/** Cells of a line of truths.csv, whose quoted cells hold no quotes. */
function csvCells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
}
