import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createHttpServer } from '#platform/http/server.ts';
import { sql } from '#platform/postgres/sql.ts';
import { type NameAnswer, type NameQuestion, openNames, statisticsRoutes } from '#products/names/index.ts';
import { createReadModel } from '#products/names/read-model/read-model.ts';
import { testDatabase } from '#test/support/database.ts';
import { serverOptions } from '#test/support/http-server.ts';
import { addCountry, loadRows, sliceRows } from '#test/support/names-data.ts';
import { loadSample } from '#test/support/names-sample.ts';

const db = await testDatabase();
const sample = await loadSample(db.pool, 11);
await addCountry(db.pool, 'QA', 'Areas alone');
await loadRows(db.pool, 'QA', [
  ...sliceRows('QA-1', 'F', 2001, 'Zoe 50, Zoé 40, Kim 9, Anna 7'),
  ...sliceRows('QA-1', 'F', 2002, 'ZOE 20, Chloe 11, Anna 6'),
  ...sliceRows('QA-2', 'F', 2001, 'ZOE 30, Chloe 70, Kim 8'),
  ...sliceRows('QA-2', 'M', 2001, 'Kim 60, Bo 5'),
  ...sliceRows('QA-2', 'M', 2002, 'Kim ..'),
]);
await loadRows(db.pool, 'US', [
  ...sliceRows(null, 'F', 1930, 'Chloë 400, Chloe 30, Marie-Anne 20, Marie 900, Kim 12'),
  ...sliceRows(null, 'F', 1980, 'Chloë 300, Chloe 50, Marie-Anne 30, Marie 300, Kim 500'),
  ...sliceRows(null, 'M', 1980, 'Marie 60, Kim 499'),
]);
await db.pool.run(
  'births',
  sql`
    INSERT INTO births (country_no, area_no, year, gender, births)
    SELECT c.no, a.no, year, gender, CASE gender WHEN 'F' THEN 90000 + year ELSE 40000 END
    FROM countries c JOIN areas a ON a.code = c.code, generate_series(1800, 2100) AS year, (VALUES ('F'), ('M')) AS g (gender)
    WHERE c.code = 'US'`,
);
const app = await createHttpServer(serverOptions());
void app.register(statisticsRoutes(db.pool, createReadModel({ pool: db.pool, cacheBytes: 1 << 24 })));
test.after(() => app.close());

const ask = openNames(db.pool);
const listed = [...sample.published.values()].flat().map(({ published }) => published);
const special = [
  'Zoe',
  'ZOÉ',
  'Kim',
  'Bo',
  'Chloe',
  'Chloë',
  'Marie',
  'Nobody',
  'O\u2019Neil',
  'JEAN-PIERRE',
];
const anyQuestion: fc.Arbitrary<NameQuestion> = fc.record({
  name: fc.oneof(
    fc.constantFrom(...listed),
    fc.constantFrom(...sample.names, ...special),
    fc.constantFrom(...special),
  ),
  country: fc.constantFrom(undefined, 'US', 'gb', 'ZZ', 'QA', 'XX'),
  from: fc.option(fc.integer({ min: 1929, max: 2004 }), { nil: undefined }),
  to: fc.option(fc.integer({ min: 2004, max: 2020 }), { nil: undefined }),
});

// oxlint-disable-next-line typescript/no-explicit-any
async function genderOf(questions: readonly NameQuestion[]): Promise<any[]> {
  const items = questions.map(({ name, country, from, to }) => ({
    name,
    country,
    year_from: from,
    year_to: to,
  }));
  const answer = await app.inject({ method: 'POST', url: '/v1/gender', payload: { items } });
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json().data;
}

/** Of the listing that the answer is about: its peak year and best rank; undefined for a name that no list has. */
async function peakOf(
  { name, country }: NameQuestion,
  { gender }: NameAnswer,
): Promise<{ peakYear: number | null; rank: number | null } | undefined> {
  const query = new URLSearchParams({ name, ...(country && { country }) }).toString();
  const answer = await app.inject(`/v1/names/any?${query}`);
  if (answer.statusCode === 404) return undefined;
  const listings = answer.json().data.listings as {
    gender: string;
    total_count: number;
    peak_count: { year: number } | null;
    peak_rank: { value: number } | null;
  }[];
  const ofGender = listings.filter((listing) => listing.gender === gender);
  const among = ofGender.length > 0 ? ofGender : listings;
  const most = Math.max(...among.map(({ total_count: total }) => total));
  const main = among.find(({ total_count: total }) => total === most);
  return { peakYear: main?.peak_count?.year ?? null, rank: main?.peak_rank?.value ?? null };
}

test('a name that is found as it is has the answers of POST /v1/gender and of its facts', async () => {
  let exact = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyQuestion, { minLength: 20, maxLength: 40 }), async (questions) => {
      const answers = await ask(questions);
      const genders = await genderOf(questions);
      for (const [at, { match, peakYear, rank, ...found }] of answers.entries()) {
        const question = questions[at] as NameQuestion;
        const said = genders[at];
        assert.equal(match === 'country_unknown', said.error === 'country_unknown');
        if (match === 'country_unknown') continue;
        const facts = await peakOf(question, answers[at] as NameAnswer);
        assert.equal(match === 'exact', facts !== undefined);
        if (!facts) continue;
        exact++;
        assert.deepEqual(found, {
          gender: said.gender,
          label: said.label,
          femaleProbability: said.female_probability,
          interval: said.interval,
          sampleSize: said.total_count,
        });
        const isWhole = question.from === undefined && question.to === undefined;
        assert.deepEqual([peakYear, isWhole ? rank : facts.rank], [facts.peakYear, facts.rank]);
      }
    }),
    { numRuns: 25 },
  );
  assert.ok(exact > 100);
});

test('the rank within years is the best that the trend has in them', async () => {
  for (const name of listed.slice(0, 40)) {
    const question = { name, country: 'US', from: 1995, to: 2003 };
    const [answer] = await ask([question]);
    if (answer?.gender === null || answer?.match !== 'exact') continue;
    const query = `from=1995&to=2003&country=US&gender=${answer.gender}`;
    const trend = (await app.inject(`/v1/names/${encodeURIComponent(name)}/trend?${query}`)).json();
    const ranks = trend.data.series.flatMap(({ points }: { points: { rank: number | null }[] }) =>
      points.flatMap(({ rank }) => rank ?? []),
    );
    assert.equal(answer.rank, ranks.length > 0 ? Math.min(...ranks) : null);
  }
});

test('what no list has as it is written is found without accents, then joined, then by its first token', async () => {
  const cases: Record<string, [match: string, as: string | undefined]> = {
    Chloë: ['exact', 'Chloë'],
    ' CHLOE ': ['exact', 'Chloe'],
    Chlöe: ['accents', 'Chloë'],
    Marieanne: ['compact', 'Marie-Anne'],
    'Marié Anne': ['compact', 'Marie-Anne'],
    'Marie Louise': ['first_token', 'Marie'],
    'Chlöe-Sophie': ['first_token', 'Chloë'],
    'Zzz Marie': ['none', undefined],
    '': ['none', undefined],
    ' - ': ['none', undefined],
    '\0': ['none', undefined],
    '\ud800': ['none', undefined],
    "x'); DROP TABLE name_spellings; --": ['none', undefined],
    ['m'.repeat(101)]: ['none', undefined],
    ['m'.repeat(1_000_000)]: ['none', undefined],
  };
  const names = Object.keys(cases);
  const answers = await ask(names.map((name) => ({ name, country: 'US' })));
  for (const [at, name] of names.entries()) {
    const [match, as] = cases[name] as [string, string | undefined];
    const { match: found, ...facts } = answers[at] as NameAnswer;
    assert.equal(found, match, name.slice(0, 20));
    if (as === undefined) continue;
    const [{ match: _match, ...expected } = { match: 'none' }] = await ask([{ name: as, country: 'US' }]);
    assert.deepEqual(facts, expected, name);
  }
});

test('a name is looked for in the places asked for: another country does not make it exact', async () => {
  const [areas, us] = await ask([
    { name: 'Zoé', country: 'QA' },
    { name: 'Marié', country: 'QA' },
  ]);
  assert.equal(areas?.match, 'exact');
  assert.equal(us?.match, 'none');
  const [kim] = await ask([{ name: 'Kim', country: 'QA', from: 1800, to: 1900 }]);
  assert.deepEqual(
    [kim?.match, kim?.label, kim?.sampleSize, kim?.rank, kim?.peakYear],
    ['exact', 'unknown', 0, null, 2001],
  );
});
