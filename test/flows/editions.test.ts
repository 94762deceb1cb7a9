import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type TestDatabase, testDatabase } from '#test/support/database.ts';
import { publishedDigest } from '#test/support/names-digest.ts';
import { type ProductApi, productApi, TEST_ADMIN_KEY } from '#test/support/product-api.ts';
import { type ServeProcess, startServe } from '#test/support/serve-process.ts';
import { officialFile, US_2023, US_2025, withoutOfficialFiles } from '#test/support/truths.ts';

const SWITCHES = 20;
const READS = 10_000;
const READERS = 6;

/** One way to read; a walk asks several times. Answers undefined when the numbers changed on the way. */
type Question = (api: ProductApi, count: () => void) => Promise<string | undefined>;

const SLICE = 'country=US&year=2023&gender=F';

const questions: Readonly<Record<string, Question>> = {
  totals: single('/v1/names?country=US&year_from=2019&year_to=2023&gender=all&limit=1'),
  trend: single('/v1/names/Olivia/trend?country=US&gender=F'),
  'single count': single(`/v1/names?${SLICE}&name=Olivia`),
  'list by pages': walk(`/v1/names?${SLICE}&min_count=500&limit=200`),
  'whole list by pages': walk(`/v1/names?${SLICE}&limit=1000`),
};

/** A list by pages is five reads and the whole one eighteen, each of a thousand rows: most turns ask something small. */
const TURNS = [
  ...Array.from({ length: 10 }, () => [
    ...Array.from({ length: 5 }, () => ['totals', 'trend', 'single count']).flat(),
    'list by pages',
  ]).flat(),
  'whole list by pages',
];

function single(path: string): Question {
  return async (api, count) => {
    count();
    const { data, meta } = await api.get(path);
    // A cursor names the version of the data, which every switch raises.
    return digest([data, { ...meta, next_cursor: null }]);
  };
}

function walk(path: string): Question {
  return async (api, count) => {
    const pages: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      count();
      const next = cursor === '' ? path : `${path}&cursor=${encodeURIComponent(cursor)}`;
      const { status, body } = await api.send('GET', next);
      if (status === 410) {
        assert.equal(body.error.code, 'cursor_expired');
        return undefined;
      }
      assert.equal(status, 200, JSON.stringify(body));
      pages.push(body.data, body.meta.total, body.meta.slices);
      cursor = body.meta.next_cursor;
    }
    return digest(pages);
  };
}

function digest(answer: unknown): string {
  return createHash('sha256').update(JSON.stringify(answer)).digest('hex');
}

suite('editions of the US release', { skip: withoutOfficialFiles }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-editions-'));
  let db: TestDatabase;
  let server: ServeProcess;
  let api: ProductApi;
  let older: string;
  let newer: string;

  before(async () => {
    db = await testDatabase();
    server = await startServe(folder, { DATABASE_URL: db.url, BOOTSTRAP_ADMIN_KEY: TEST_ADMIN_KEY });
    api = productApi(server);
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const present = (): Promise<void> => act('POST', `/v1/datasets/${newer}/restore`);
  const absent = (): Promise<void> => act('DELETE', `/v1/datasets/${newer}`);

  async function act(method: string, path: string): Promise<void> {
    const { status, body } = await api.send(method, path);
    assert.equal(status, 200, JSON.stringify(body));
  }

  async function olivia(): Promise<number> {
    const { data } = await api.get(`/v1/names?${SLICE}&name=Olivia`);
    return data[0].count;
  }

  async function answersNow(): Promise<Map<string, string>> {
    const answers = new Map<string, string>();
    for (const [title, ask] of Object.entries(questions)) {
      answers.set(title, (await ask(api, () => undefined)) as string);
    }
    return answers;
  }

  test('2023 from the release of 2023, then from that of 2025, then the latter deleted', async () => {
    ({ id: older } = await api.imported(officialFile(US_2023)));
    assert.equal(await olivia(), 15_270);
    ({ id: newer } = await api.imported(officialFile(US_2025)));
    assert.equal(await olivia(), 15_329);
    await absent();
    assert.equal(await olivia(), 15_270);
    await present();
    assert.equal(await olivia(), 15_329);
  });

  test(`${SWITCHES} switches under ${READS} reads: each read is one of the two complete answers`, async (t) => {
    const full = await answersNow();
    await absent();
    const fallen = await answersNow();
    let reads = 0;
    let switches = 0;
    let restarts = 0;
    let ended = false;
    const seen = new Map(Object.keys(questions).map((title) => [title, { full: 0, fallen: 0 }]));

    async function read(first: number): Promise<void> {
      for (let turn = first; !ended && (reads < READS || switches < SWITCHES); turn++) {
        const title = TURNS[turn % TURNS.length] as string;
        const answer = await questions[title]?.(api, () => reads++);
        const tally = seen.get(title) as { full: number; fallen: number };
        if (answer === undefined) restarts++;
        else if (answer === full.get(title)) tally.full++;
        else if (answer === fallen.get(title)) tally.fallen++;
        else assert.fail(`${title}: neither the one nor the other answer`);
      }
    }
    async function change(): Promise<void> {
      // Within the reads, at even distances.
      if (reads < ((switches + 1) * READS) / (SWITCHES + 1)) return;
      await (switches % 2 === 0 ? present() : absent());
      switches++;
    }
    async function changeAll(): Promise<void> {
      while (!ended && switches < SWITCHES) {
        await change();
        await delay(5);
      }
    }
    const readers = Array.from({ length: READERS }, (_, reader) => read(reader * 27));
    try {
      await Promise.all([...readers, changeAll()]);
    } finally {
      ended = true;
      await Promise.allSettled(readers);
    }

    t.diagnostic(
      `${reads} reads, ${restarts} walks begun again; ${JSON.stringify(Object.fromEntries(seen))}`,
    );
    for (const [title, tally] of seen) assert.ok(tally.full > 0 && tally.fallen > 0, title);
    await present();
  });

  test('the same zip again is refused; where it is wanted, no number changes', async () => {
    const { status, body } = await api.upload(officialFile(US_2025));
    assert.deepEqual([status, body.error.code], [409, 'duplicate_file']);
    const before = await publishedDigest(db.pool);
    const { id, published } = await api.imported(officialFile(US_2025), { allow_duplicate: 'true' });
    assert.equal(published, true);
    assert.equal(await publishedDigest(db.pool), before);
    await act('DELETE', `/v1/datasets/${id}`);
    assert.equal(await publishedDigest(db.pool), before);
  });

  test('the release of 2025 first, then that of 2023: nothing falls back, the older one waits', async () => {
    await absent();
    await act('DELETE', `/v1/datasets/${older}`);
    const latest = await api.imported(officialFile(US_2025), { allow_duplicate: 'true' });
    const before = await publishedDigest(db.pool);
    const late = await api.imported(officialFile(US_2023), { allow_duplicate: 'true' });
    assert.deepEqual([latest.published, late.published], [true, false]);
    assert.deepEqual(
      late.warnings.map(({ code }: { code: string }) => code),
      ['older_edition'],
    );
    const statuses = new Set((await api.slices(late.id)).map((slice) => slice.status));
    assert.deepEqual([...statuses], ['waiting']);
    assert.equal(await olivia(), 15_329);
    assert.equal(await publishedDigest(db.pool), before);
  });
});
