import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { createHttpServer } from '#platform/http/server.ts';
import { createLogger } from '#platform/observability/log.ts';
import { sql } from '#platform/postgres/sql.ts';
import { statisticsRoutes } from '#products/names/index.ts';
import { createReadModel } from '#products/names/read-model/read-model.ts';
import { testDatabase } from '#test/support/database.ts';
import { serverOptions } from '#test/support/http-server.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { loadSample } from '#test/support/names-sample.ts';

const db = await testDatabase();
const sample = await loadSample(db.pool, 4);
await db.pool.run(
  'births',
  sql`
    INSERT INTO births (country_no, area_no, year, gender, births)
    SELECT c.no, a.no, year, gender, CASE gender WHEN 'F' THEN 90000 + year ELSE 40000 END
    FROM countries c JOIN areas a ON a.code = c.code, generate_series(1800, 2100) AS year, (VALUES ('F'), ('M')) AS g (gender)
    WHERE c.code = 'US'`,
);
const { ask, model } = await openAnswers(db.pool);

const lines: string[] = [];
const stream = new Writable({
  write(chunk: Buffer, _encoding, done) {
    lines.push(chunk.toString());
    done();
  },
});
const app = await createHttpServer(
  serverOptions({ log: createLogger({ level: 'trace', format: 'json', destination: stream }) }),
);
void app.register(statisticsRoutes(db.pool, createReadModel({ pool: db.pool, cacheBytes: 1 << 24 })));
test.after(() => app.close());

interface Answer {
  readonly status: number;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

async function send(body: object, accept = 'application/json'): Promise<Answer> {
  const answer = await app.inject({ method: 'POST', url: '/v1/gender', headers: { accept }, payload: body });
  const isJson = String(answer.headers['content-type']).startsWith('application/json');
  return { status: answer.statusCode, text: answer.body, body: isJson ? answer.json() : undefined };
}

const anyName = fc.constantFrom(...sample.names, 'Nobody');
const anyItem = fc.record({
  id: fc.option(fc.oneof(fc.string(), fc.integer()), { nil: undefined }),
  name: anyName,
  country: fc.option(fc.constantFrom('US', 'gb'), { nil: undefined }),
  years: fc.option(fc.tuple(fc.integer({ min: 1985, max: 2005 }), fc.integer({ min: 2005, max: 2020 })), {
    nil: undefined,
  }),
});

test('many names at once are answered as each of them alone, in their order and under their ids', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyItem, { minLength: 1, maxLength: 30 }), async (drawn) => {
      const items = drawn.map(({ years, ...item }) => ({
        ...item,
        ...(years && { year_from: years[0], year_to: years[1] }),
      }));
      const { status, body } = await send({ items, min_count: 5 });
      assert.equal(status, 200);
      assert.deepEqual(
        body.data.map(({ id, name }: { id: unknown; name: string }) => [id, name]),
        items.map(({ id = null, name }) => [id, name]),
      );
      for (const [at, { name, country, id: _, ...years }] of items.entries()) {
        const alone = await ask(`/v1/names/${encodeURIComponent(name)}/gender`, {
          country,
          ...years,
          min_count: 5,
        });
        const { level: _level, min_count: _count, balance, prior, weights, ...expected } = alone.body.data;
        assert.deepEqual([balance, prior, weights], ['auto', 'jeffreys', 'neutral']);
        const {
          id: _id,
          country: _country,
          year_from: _from,
          year_to: _to,
          error,
          ...answered
        } = body.data[at];
        assert.deepEqual(answered, expected);
        assert.equal(error, null);
      }
    }),
    { numRuns: 20 },
  );
});

test('sums of whole countries are those of their series', async () => {
  for (const name of sample.names.slice(0, 60)) {
    const path = `/v1/names/${encodeURIComponent(name)}/gender`;
    for (const country of [['US'], ['GB'], undefined]) {
      const whole = await ask(path, { country });
      const ranged = await ask(path, { country, year_from: 1800, year_to: 2100 });
      assert.deepEqual(whole.body.data, ranged.body.data);
    }
  }
});

test('many names with the same years are answered as each alone', async () => {
  const years = { year_from: 1993, year_to: 2004 };
  const names = sample.names.slice(0, 80);
  for (const country of ['US', undefined]) {
    const { body } = await send({ items: names.map((name) => ({ name, country, ...years })) });
    for (const [at, name] of names.entries()) {
      const { data } = (await ask(`/v1/names/${encodeURIComponent(name)}/gender`, { country, ...years }))
        .body;
      const { label, interval, bounds, skew_corrected, total_count } = body.data[at];
      assert.deepEqual(
        { label, interval, bounds, skew_corrected, total_count },
        {
          label: data.label,
          interval: data.interval,
          bounds: data.bounds,
          skew_corrected: data.skew_corrected,
          total_count: data.total_count,
        },
      );
    }
  }
});

test('the rules are said again in the answer, and each of them changes it', async () => {
  const name = sample.names.find((each) => each.length > 2) ?? '';
  const path = `/v1/names/${encodeURIComponent(name)}/gender`;
  const plain = (await ask(path, { country: ['US'] })).body;
  assert.equal(plain.data.skew_corrected, true);
  const off = (await ask(path, { country: ['US'], balance: 'off' })).body.data;
  assert.equal(off.skew_corrected, false);
  assert.notEqual(off.female_probability, plain.data.female_probability);
  const yearly = (await ask(path, { country: ['US'], balance: 'yearly' })).body.data;
  assert.deepEqual([yearly.balance, yearly.skew_corrected], ['yearly', true]);
  const prior = (await ask(path, { country: ['US'], prior: 'country' })).body;
  assert.equal(prior.data.prior, 'country');
  const [{ country, female, male }] = prior.meta.priors;
  assert.equal(country, 'US');
  assert.ok(female > 0 && male > 0 && female + male <= 2);
  const narrow = (await ask(path, { country: ['US'], level: 0.5 })).body.data;
  assert.ok(narrow.interval.low > plain.data.interval.low && narrow.interval.high < plain.data.interval.high);
  assert.equal((await ask(path, { country: ['US'], min_count: 1_000_000 })).body.data.label, 'insufficient');
  assert.equal((await ask(path, { year_from: 2000, year_to: 1999 })).status, 400);
});

test('several countries count alike, by births of the name, or by all births', async () => {
  for (const name of sample.names.slice(0, 40)) {
    const path = `/v1/names/${encodeURIComponent(name)}/gender`;
    const rules = { balance: 'off', min_count: 1 };
    const alone = async (code: string) => (await ask(path, { country: [code], ...rules })).body.data;
    const [us, gb] = [await alone('US'), await alone('GB')];
    if (us.total_count === 0 || gb.total_count === 0) continue;
    const mixed = async (weights: string) => {
      const { data } = (await ask(path, { country: ['US', 'GB'], ...rules, weights })).body;
      return data.female_probability as number;
    };
    const by = (one: number, other: number): number =>
      (us.female_probability * one + gb.female_probability * other) / (one + other);
    const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-9, `${a} ${b}`);
    near(await mixed('neutral'), by(1, 1));
    near(await mixed('counts'), by(us.total_count, gb.total_count));
    const { countries } = await model.snapshot();
    const size = (code: string): number => {
      const found = countries.find((each) => each.code === code);
      const slices = (['F', 'M'] as const).flatMap((gender) => found?.years(found.national.no, gender) ?? []);
      return slices.reduce((sum, slice) => sum + slice.sum, 0);
    };
    // Only one of the two has totals of births, so both go by what is listed.
    near(await mixed('population'), by(size('US'), size('GB')));
  }
});

test('CSV and NDJSON have the same answers', async () => {
  const items = [{ id: 7, name: sample.names[0], country: 'US' }, { name: 'Nobody' }];
  const { body } = await send({ items });
  const ndjson = await send({ items }, 'application/x-ndjson');
  assert.deepEqual(
    ndjson.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
    body.data,
  );
  const [first, second] = parse((await send({ items }, 'text/csv')).text, { columns: true }) as Record<
    string,
    string
  >[];
  const [one] = body.data;
  assert.equal(first?.['id'], '7');
  assert.equal(Number(first?.['interval_low']), one.interval.low);
  assert.equal(Number(first?.['bounds_high']), one.bounds.high);
  assert.deepEqual(
    [first?.['label'], second?.['label'], second?.['interval_low']],
    [one.label, 'unknown', ''],
  );
});

test('what is wrong with an item is said of that item', async () => {
  const known = { name: 'Anna' };
  const { body } = await send({ items: [known, { name: 'Anna', country: 'XX' }] });
  assert.deepEqual(
    body.data.map(({ error }: { error: string | null }) => error),
    [null, 'country_unknown'],
  );
  assert.equal(body.data[1].label, 'unknown');
  const late = await send({ items: [known, { name: 'Anna', year_from: 2001, year_to: 2000 }] });
  assert.equal(late.status, 400);
  assert.equal(late.body.error.details[0].field, 'items[1].year_from');
  assert.equal((await send({ items: [known, { name: '' }] })).body.error.details[0].field, 'items[1].name');
  assert.equal((await send({ items: [] })).status, 400);
  assert.equal((await send({ items: Array.from({ length: 1001 }, () => known) })).status, 400);
  assert.equal((await send({ items: [known], country: ['XX'] })).body.error.code, 'country_unknown');
});

test('no name that is asked for stands in the log', async () => {
  const secret = 'Xanthippe';
  await send({ items: [{ name: secret }] });
  await app.inject({ url: `/v1/names/${secret}/gender` });
  await app.inject({ url: `/v1/compat/genderize?name=${secret}&name[]=${secret}` });
  await app.inject({ url: `/v1/compat/genderize/?name=${secret}` });
  const routes = lines.map((line) => (JSON.parse(line) as { route?: string }).route);
  for (const route of ['/v1/gender', '/v1/names/:name/gender', '/v1/compat/genderize'])
    assert.ok(routes.includes(route));
  assert.ok(!lines.join('').includes(secret));
});
