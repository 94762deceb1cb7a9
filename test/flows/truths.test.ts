import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { testDatabase } from '#test/support/database.ts';
import { type ProductApi, productApi, TEST_ADMIN_KEY } from '#test/support/product-api.ts';
import { type ServeProcess, startServe } from '#test/support/serve-process.ts';
import {
  officialFile,
  SMALL_STATES_2023,
  STATES_2023,
  STATES_2025,
  type Truth,
  truthsOf,
  US_2023,
  US_2025,
  withoutOfficialFiles,
} from '#test/support/truths.ts';

const ASKED_AT_A_TIME = 8;

/** A server on a database of its own, for the tests of one suite. */
async function startFor(folder: string): Promise<{ server: ServeProcess; api: ProductApi }> {
  const { url } = await testDatabase();
  const server = await startServe(folder, { DATABASE_URL: url, BOOTSTRAP_ADMIN_KEY: TEST_ADMIN_KEY });
  return { server, api: productApi(server) };
}

/** Compares rows and sums with what the dataset says it has read. */
async function checkSlices(api: ProductApi, datasetId: string, truths: readonly Truth[]): Promise<void> {
  const slices = await api.slices(datasetId);
  const yearly = truths.filter(({ gender }) => gender !== 'all');
  const read = new Map(
    slices.map((slice) => [
      `${slice.area} ${slice.year_to} ${slice.gender}`,
      [slice.rows_read, slice.sum_read, slice.rows, slice.sum],
    ]),
  );
  for (const { area, year, gender, rows, sum } of yearly) {
    const slice = `${area} ${year} ${gender}`;
    assert.deepEqual(read.get(slice), [rows, sum, rows, sum], slice);
  }
  for (const { area, rows, sum } of truths.filter(({ gender }) => gender === 'all')) {
    const own = slices.filter((slice) => slice.area === area);
    const total = (key: 'rows_read' | 'sum_read'): number => own.reduce((all, slice) => all + slice[key], 0);
    assert.deepEqual([total('rows_read'), total('sum_read')], [rows, sum], area);
  }
}

/** Compares the first names of every slice; returns a digest of the answers. */
async function checkTop(api: ProductApi, truths: readonly Truth[]): Promise<string> {
  const answers: string[] = [];
  const waiting = truths.filter(({ gender }) => gender !== 'all').entries();
  async function askOn(): Promise<void> {
    for (const [at, truth] of waiting) {
      const { area, year, gender, rows, sum, top } = truth;
      const where = area === 'US' ? '' : `&area=${area}`;
      const path = `/v1/names?country=US${where}&year=${year}&gender=${gender}&limit=${top.length}`;
      const { data, meta } = await api.get(path);
      assert.equal(meta.total, rows, path);
      assert.deepEqual([meta.slices.length, meta.slices[0].rows, meta.slices[0].sum], [1, rows, sum], path);
      assert.deepEqual(inOrderOfTies(data), inOrderOfTies(top), path);
      answers[at] = JSON.stringify([data, meta.slices]);
    }
  }
  await Promise.all(Array.from({ length: ASKED_AT_A_TIME }, askOn));
  return createHash('sha256').update(answers.join('\n')).digest('hex');
}

function inOrderOfTies(names: readonly { name: string; count: number }[]): [number, string][] {
  return names
    .map(({ name, count }): [number, string] => [count, name])
    .sort(([a, nameA], [b, nameB]) => b - a || (nameA < nameB ? -1 : 1));
}

suite(
  'what is answered equals what was counted in the official files',
  { skip: withoutOfficialFiles },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'affirm-truths-'));
    const servers: ServeProcess[] = [];
    let latest: ProductApi;
    let earlier: ProductApi;

    before(async () => {
      const started = await Promise.all(['a', 'b'].map((name) => startFor(join(folder, name))));
      servers.push(...started.map(({ server }) => server));
      [latest, earlier] = started.map(({ api }) => api) as [ProductApi, ProductApi];
    });
    after(async () => {
      await Promise.all(servers.map((server) => server.stop()));
      rmSync(folder, { recursive: true, force: true });
    });

    test('the release of 2023 alone: 10 slices', async () => {
      const truths = truthsOf(US_2023);
      assert.equal(truths.length, 10);
      const { id } = await earlier.imported(officialFile(US_2023));
      await checkSlices(earlier, id, truths);
      await checkTop(earlier, truths);
    });

    test('the twelve smallest states of 2023', async () => {
      const truths = truthsOf(SMALL_STATES_2023);
      const { id } = await earlier.imported(officialFile(SMALL_STATES_2023));
      await checkSlices(earlier, id, truths);
      await checkTop(earlier, truths);
    });

    test('the release of 2025: 292 slices; the states change none of them', async () => {
      const truths = truthsOf(US_2025);
      assert.equal(truths.length, 292);
      const national = await latest.imported(officialFile(US_2025));
      assert.deepEqual([national.row_count, national.error_count, national.skipped_count], [2_181_032, 0, 0]);
      await checkSlices(latest, national.id, truths);
      const digest = await checkTop(latest, truths);

      for (const file of [STATES_2025, STATES_2023]) {
        const states = truthsOf(file);
        assert.ok(states.length > 50);
        const { id } = await latest.imported(officialFile(file));
        await checkSlices(latest, id, states);
        await checkTop(latest, states);
      }
      assert.equal(await checkTop(latest, truths), digest);
    });
  },
);
