import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServeProcess } from '#test/support/serve-process.ts';
import { uploadFile } from '#test/support/stream-upload.ts';
import type { Truth } from '#test/support/truths.ts';
import { onConnection } from '../support/connection.ts';
import { peakResident, type PostgresPeak, watchPostgres } from '../support/memory.ts';

const LOOK_EVERY_MS = 5;

export interface TimedImport {
  /** From the 202 until a new connection has read every slice right. */
  readonly ms: number;
  /** From the first byte sent until the 202. */
  readonly uploadMs: number;
  /** As the database dates them. */
  readonly parts: { readonly waited: number; readonly read: number; readonly loadedAndPublished: number };
  readonly nodePeak: number;
  readonly postgresPeak: PostgresPeak;
  readonly bytesOnDisk: number;
}

/** Uploads a file and waits until its numbers are published and right. */
export async function timeImport(
  server: ServeProcess,
  file: string,
  truths: readonly Truth[],
): Promise<TimedImport> {
  await onConnection(server.databaseUrl, (client) => client.query('CHECKPOINT'));
  const postgres = watchPostgres(server.postgresPid());
  const begun = performance.now();
  const { status, body, answeredAt } = await uploadFile({
    url: server.url,
    key: server.key,
    file,
    fields: { country_id: 'US' },
  });
  assert.equal(status, 202, JSON.stringify(body));
  await published(server.databaseUrl, body.data.dataset_id as string);
  await checkSlices(server.databaseUrl, truths);
  const ms = performance.now() - answeredAt;
  const postgresPeak = postgres.stop();
  await checkPages(server.databaseUrl, truths);
  return {
    ms,
    uploadMs: answeredAt - begun,
    parts: await partsOf(server.databaseUrl),
    nodePeak: peakResident(server.pid),
    postgresPeak,
    bytesOnDisk: await bytesOnDisk(server.databaseUrl),
  };
}

function published(url: string, datasetId: string): Promise<void> {
  return onConnection(url, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ status: string; error_message: string | null }>(
        'SELECT status, error_message FROM datasets WHERE id = $1',
        [datasetId],
      );
      if (rows[0]?.status === 'completed') return;
      if (rows[0]?.status === 'failed') throw new Error(`the import failed: ${rows[0].error_message}`);
      await delay(LOOK_EVERY_MS);
    }
  });
}

/** What the published pointers lead to, compared slice by slice with what is known. */
async function checkSlices(url: string, truths: readonly Truth[]): Promise<void> {
  const found = await onConnection(
    url,
    async (client) =>
      (
        await client.query<Found>(`
      SELECT a.code AS area, s.to_year AS year, s.gender, f.rows_read AS rows, f.sum_read::float8 AS sum
      FROM slices s JOIN areas a ON a.no = s.area_no
      JOIN release_slices f USING (release_no, area_no, gender, from_year, to_year)`)
      ).rows,
  );
  compare(found, truths);
}

/** The same from the rows of the ranking pages themselves. */
async function checkPages(url: string, truths: readonly Truth[]): Promise<void> {
  const found = await onConnection(
    url,
    async (client) =>
      (
        await client.query<Found>(`
      SELECT a.code AS area, s.to_year AS year, s.gender, count(*)::int AS rows, sum(count)::float8 AS sum
      FROM slices s JOIN areas a ON a.no = s.area_no
      JOIN ranking_pages p USING (release_no, area_no, gender, from_year, to_year)
      CROSS JOIN LATERAL unnest(p.counts) AS count
      GROUP BY a.code, s.to_year, s.gender`)
      ).rows,
  );
  compare(found, truths);
}

type Found = Pick<Truth, 'area' | 'year' | 'gender' | 'rows' | 'sum'>;

function compare(found: readonly Found[], truths: readonly Truth[]): void {
  const keyOf = ({ area, year, gender }: Found): string => `${area} ${year} ${gender}`;
  const numbers = new Map(found.map((slice) => [keyOf(slice), `${slice.rows} rows, sum ${slice.sum}`]));
  for (const truth of truths) {
    assert.equal(numbers.get(keyOf(truth)), `${truth.rows} rows, sum ${truth.sum}`, keyOf(truth));
  }
}

function partsOf(url: string): Promise<TimedImport['parts']> {
  return onConnection(url, async (client) => {
    const { rows } = await client.query<TimedImport['parts']>(`
      SELECT extract(epoch FROM j.started_at - j.created_at)::float8 * 1000 AS waited,
             extract(epoch FROM r.created_at - j.started_at)::float8 * 1000 AS read,
             extract(epoch FROM j.completed_at - r.created_at)::float8 * 1000 AS "loadedAndPublished"
      FROM jobs j JOIN releases r ON r.job_id = j.id ORDER BY j.created_at DESC LIMIT 1`);
    return rows[0] as TimedImport['parts'];
  });
}

/** Tables and indexes that hold what the file said. */
function bytesOnDisk(url: string): Promise<number> {
  return onConnection(url, async (client) => {
    const { rows } = await client.query<{ bytes: number }>(`
      SELECT sum(pg_total_relation_size(oid))::float8 AS bytes FROM pg_class
      WHERE relname IN ('name_series', 'ranking_pages', 'release_slices', 'slices', 'releases', 'name_spellings')
        AND relnamespace = 'public'::regnamespace`);
    return rows[0]?.bytes ?? 0;
  });
}
