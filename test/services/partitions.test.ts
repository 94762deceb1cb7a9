import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Client } from 'pg';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { publishedDigest } from '#test/support/names-digest.ts';
import { type NamesServer, startNamesServer } from '#test/support/names-server.ts';
import { nameFile } from '../../scripts/generate/name-file.ts';
import { planNames } from '../../scripts/generate/name-plan.ts';
import { jobReaches } from '../faults/jobs-support.ts';

const PARTITIONING = join(import.meta.dirname, '../../scripts/partition-by-area.sql');
const COUNTRY = { country: 'US', limit: 1000 };
const QUESTIONS = [
  { ...COUNTRY, area: 'US-TX', year: 2003, gender: 'F' },
  { ...COUNTRY, area: 'US-NY', year_from: 2001, year_to: 2004, gender: 'all' },
  { ...COUNTRY, area: 'US-CA', year: 2004, gender: 'M', contains: 'a' },
];

interface Installation {
  readonly server: NamesServer;
  readonly pool: Pool;
  /** The datasets so far. */
  readonly ids: string[];
}

async function install(): Promise<Installation & { readonly url: string }> {
  const database = await testDatabase();
  return { server: await startNamesServer(database), pool: database.pool, url: database.url, ids: [] };
}

const whole = await install();
const split = await install();
const client = new Client({ connectionString: split.url });
await client.connect();
after(() => client.end());

function states(rows: number, lastYear: number): Buffer {
  const plan = { rows, seed: 3, layout: 'us_ssa_state', areas: 12, firstYear: 2001, shuffle: false } as const;
  return Buffer.concat([...nameFile(planNames({ ...plan, lastYear }))]);
}

interface Published {
  readonly digest: string;
  readonly answers: readonly unknown[];
  /** Rows of the view `names`. */
  readonly view: readonly unknown[];
}

async function published({ pool }: Installation): Promise<Published> {
  const { ask } = await openAnswers(pool);
  const lists = await Promise.all(QUESTIONS.map((question) => ask('/v1/names', question)));
  const [first] = lists[0]?.body.data ?? [];
  const trend = await ask(`/v1/names/${first?.name}/trend`, { country: 'US', area: 'US-TX' });
  assert.deepEqual(
    [...lists, trend].map(({ status }) => status),
    [200, 200, 200, 200],
  );
  const view = await pool.many('view', sql`SELECT year, gender, name, count FROM names ORDER BY 1, 2, 4, 3`);
  const answers = [...lists.map(({ body }) => body.data), trend.body.data.series];
  return { digest: await publishedDigest(pool), answers, view };
}

const STEPS: Readonly<Record<string, (at: Installation) => Promise<unknown>>> = {
  'another release is published': async ({ server, ids }) =>
    ids.push((await server.imported('states.csv', states(9000, 2005))).id),
  'it is deleted, and those before are back': ({ server, ids }) =>
    server.request('DELETE', `/v1/datasets/${ids.at(-1)}`),
  'it is restored': ({ server, ids }) => server.request('POST', `/v1/datasets/${ids.at(-1)}/restore`),
  'the first is read again': async ({ server, ids }) => {
    await server.request('POST', `/v1/datasets/${ids[0]}/reprocess`);
    await server.settled(ids[0] as string);
  },
  'a reading that was replaced goes': async ({ pool }) => {
    await pool.run(
      'age',
      sql`UPDATE releases SET retired_at = now() - interval '2 hours' WHERE state = 'retired'`,
    );
    const job = await enqueueJob(pool, { type: 'maintain_names', payload: {}, createdBy: null });
    const { result } = await jobReaches(pool, job, 'completed');
    assert.equal((result as { retired_releases: number }).retired_releases, 1);
  },
};

test('tables that are split by area answer as whole ones do, whatever is done to them', async (t) => {
  for (const { server, ids } of [whole, split]) {
    ids.push((await server.imported('states.csv', states(8000, 2004))).id);
    ids.push((await server.imported('yob2004.txt', 'Emma,F,30\nZoe,F,20\nLiam,M,25\n')).id);
  }
  const before = await published(whole);
  await client.query(readFileSync(PARTITIONING, 'utf8'));
  const { rows } = await client.query(
    `SELECT count(DISTINCT tableoid)::int AS parts, count(DISTINCT area_no)::int AS areas FROM ranking_pages`,
  );
  assert.equal(rows[0].areas, 13);
  assert.ok(rows[0].parts > 5, `${rows[0].parts} partitions have rows`);
  assert.deepEqual(await published(split), before);

  const digests = [before.digest];
  for (const [step, take] of Object.entries(STEPS)) {
    await t.test(step, async () => {
      for (const installation of [whole, split]) await take(installation);
      const now = await published(split);
      assert.deepEqual(now, await published(whole));
      digests.push(now.digest);
    });
  }
  const [first, other, ...later] = digests;
  assert.notEqual(other, first);
  assert.deepEqual(later, [first, other, other, other]);
  const { rows: left } = await client.query(
    'SELECT (SELECT count(DISTINCT release_no) FROM ranking_pages)::int AS pages, (SELECT count(*) FROM releases)::int AS known',
  );
  assert.equal(left[0].pages, left[0].known);
});
