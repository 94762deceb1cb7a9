import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { openSource } from '#engine/ingestion/source-files.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { planFiles } from '#products/names/import/plan-files.ts';
import type { UploadOptions } from '#products/names/import/upload-options.ts';
import type { NameCount } from '#products/names/name-count.ts';
import type { NameParser } from '#products/names/parsers/name-parser.ts';
import { NO_OPTIONS, readPlanned } from './parser-reading.ts';
import { officialFile } from './truths.ts';

/** What a parser reads of one inner file, area, year and gender, without any database. */
export interface ReadSlice {
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
        } else for (const count of [outcome.record].flat()) note(slices, file.source.name, count);
      });
    }
    return { slices: [...slices.values()], skipped, refused, unread: plan.unread };
  } finally {
    await source.close();
    rmSync(folder, { recursive: true });
  }
}

function note(slices: Map<string, ReadSlice>, file: string, observation: NameCount): void {
  const { area, year, gender, name, count, status } = observation;
  const key = `${file} ${area} ${year} ${gender}`;
  let slice = slices.get(key);
  if (!slice) slices.set(key, (slice = { file, area, year, gender, rows: 0, sum: 0, hidden: 0, top: [] }));
  slice.rows++;
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

/** Cells of a line of truths.csv, whose quoted cells hold no quotes. */
function csvCells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
}
