import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '#platform/ids.ts';
import type { Database, Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import {
  lockCountry,
  markPublished,
  raiseDataVersion,
  settleSlices,
} from '#products/names/catalog/publish.query.ts';
import { buildSlices } from '#products/names/import/build-slices.ts';
import { knownYears } from '#products/names/import/load-release.ts';
import { createNameNumbers } from '#products/names/import/name-numbers.ts';
import { createRelease, ensureAreas } from '#products/names/import/release.query.ts';
import { createReleaseWriter } from '#products/names/import/release-writer.ts';
import { createRowBuckets } from '#products/names/import/row-buckets.ts';
import { createSliceRegistry } from '#products/names/import/slice-registry.ts';
import { numberSpellings } from '#products/names/import/spellings.query.ts';
import type { Measure } from '#products/names/name-count.ts';
import type { Gender } from '#products/names/normalize-gender.ts';

/** One row of a file; `area` is the code of a region, null for the whole country. */
export interface FlatRow {
  readonly area: string | null;
  readonly gender: Gender;
  readonly year: number;
  /** As in the file. */
  readonly published: string;
  /** null: the office hides it. */
  readonly count: number | null;
  /** What the office prints; absent or null: nothing. */
  readonly rank?: number | null;
}

/** Rows of one slice from `name count` or `name count rank`, separated by `, `; `..` stands for a hidden count. */
export function sliceRows(area: string | null, gender: Gender, year: number, lines: string): FlatRow[] {
  return lines.split(', ').map((line) => {
    const [published = '', count = '', rank] = line.split(' ');
    const row = { area, gender, year, published, count: count === '..' ? null : Number(count) };
    return { ...row, rank: rank === undefined ? null : Number(rank) };
  });
}

/** What the parser of loaded rows says; by default births, exact. */
export interface LoadOptions {
  readonly measure?: Measure;
  readonly isRounded?: boolean;
  readonly parser?: string;
}

/** A dataset that was read to its end. */
export interface LoadedDataset {
  readonly id: string;
  readonly country: string;
  readonly countryNo: number;
  readonly releaseNo: number;
}

/** What offices leave out in data that is loaded here. */
export const TEST_THRESHOLD = 5;

/** Adds a country beside the seeded ones. */
export async function addCountry(pool: Pool, code: string, name: string): Promise<void> {
  await pool.run('addCountry', sql`INSERT INTO countries (code, name) VALUES (${code}, ${name})`);
}

/** Loads rows as one dataset by the steps of an import, and publishes it: the last one published wins. */
export async function loadRows(
  pool: Pool,
  country: string,
  rows: readonly FlatRow[],
  options: LoadOptions = {},
): Promise<LoadedDataset> {
  const dataset = await loadUnpublished(pool, country, rows, options);
  await publishAgain(pool, dataset);
  return dataset;
}

/** As `loadRows`, but the release waits. */
async function loadUnpublished(
  pool: Pool,
  country: string,
  rows: readonly FlatRow[],
  options: LoadOptions,
): Promise<LoadedDataset> {
  const { no: countryNo } = (await pool.maybeOne<{ no: number }>(
    'country',
    sql`SELECT no FROM countries WHERE code = ${country}`,
  )) as { no: number };
  const id = newId();
  await pool.run(
    'addDataset',
    sql`
      INSERT INTO datasets (id, country_id, filename, file_path, file_size, checksum, status, parser)
      SELECT ${id}, id, 'rows.txt', ${`datasets/${id}/original`}, 1, repeat('0', 64), 'completed',
             ${options.parser ?? 'us_ssa'}
      FROM countries WHERE no = ${countryNo}`,
  );
  const releaseNo = await createRelease(pool, {
    datasetId: id,
    countryNo,
    measure: options.measure ?? 'births',
    jobId: newId(),
    jobToken: 1,
  });
  await writeRows(pool, { countryNo, releaseNo }, rows, options);
  await pool.run(
    'finishDataset',
    sql`WITH done AS (UPDATE datasets SET release_no = ${releaseNo} WHERE id = ${id})
        UPDATE releases SET state = 'waiting' WHERE no = ${releaseNo}`,
  );
  return { id, country, countryNo, releaseNo };
}

async function writeRows(
  pool: Pool,
  { countryNo, releaseNo }: Pick<LoadedDataset, 'countryNo' | 'releaseNo'>,
  rows: readonly FlatRow[],
  { isRounded = false }: LoadOptions,
): Promise<void> {
  const keeps = rows.some(({ rank }) => rank !== undefined) ? 'rank' : undefined;
  const registry = createSliceRegistry();
  const names = createNameNumbers((spellings) => numberSpellings(pool, spellings));
  const buckets = createRowBuckets(join(tmpdir(), `affirm-rows-${newId()}`), keeps ? 5 : 4);
  rows.forEach(({ area, gender, year, published, count, rank }, line) => {
    const slice = registry.find(0, area, gender, year);
    buckets.add(slice, names.of(published), count ?? 0, line + 1, rank ?? 0);
  });
  const table = await names.settle();
  registry.settle(() => 0);
  const regions = [...new Set(rows.map(({ area }) => area))].filter((area) => area !== null);
  const areas = await ensureAreas(
    pool,
    countryNo,
    regions.map((code) => ({ code, name: `Area ${code}` })),
  );
  await pool.session((pages) =>
    pool.session(async (series) => {
      const writer = createReleaseWriter(pages, series, table, {
        releaseNo,
        layoutOf: () => ({
          threshold: TEST_THRESHOLD,
          isRounded,
          period: knownYears(registry.slices),
        }),
        withSeries: new Set(rows.map(({ year }) => year)).size > 1,
        drafts: registry.slices,
        areaNumber: (area) => areas.get(area) as number,
        fileName: () => 'rows.txt',
      });
      for (const bucket of buckets.drain()) {
        const slices = buildSlices(
          bucket,
          registry.slices,
          table,
          { repeats: 'reject', keeps },
          ({ name, line }) => {
            throw new Error(`"${name}" in row ${line} repeats a name of its slice`);
          },
        );
        for (const slice of slices) await writer.write(slice);
      }
      await writer.finish();
    }),
  );
}

/** Makes this dataset the one published last. */
export function publishAgain(pool: Pool, dataset: LoadedDataset): Promise<void> {
  return change(pool, dataset, (tx) => markPublished(tx, dataset.releaseNo));
}

/** Takes the dataset out, or brings it back. */
export function setDeleted(pool: Pool, dataset: LoadedDataset, deleted: boolean): Promise<void> {
  return change(pool, dataset, async (tx) => {
    await tx.run(
      'setDeleted',
      sql`UPDATE datasets SET deleted_at = CASE WHEN ${deleted} THEN now() END WHERE id = ${dataset.id}`,
    );
  });
}

function change(
  pool: Pool,
  { countryNo, releaseNo }: LoadedDataset,
  work: (tx: Database) => Promise<void>,
): Promise<void> {
  return pool.transaction(async (tx) => {
    await lockCountry(tx, countryNo);
    await work(tx);
    await settleSlices(tx, [releaseNo]);
    await raiseDataVersion(tx, countryNo);
  });
}
