import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import {
  createOracle,
  listByOracle,
  type OracleItem,
  type OracleQuestion,
} from '#test/support/names-oracle.ts';
import { loadSample, SAMPLE_AREAS } from '#test/support/names-sample.ts';

const db = await testDatabase();
const { published } = await loadSample(db.pool, 20_251);
await createOracle(db.pool, published);
const answers = await openAnswers(db.pool);

type Question = Omit<OracleQuestion, 'areas'> & { country?: readonly string[]; area?: string };

const country = fc.constantFrom('US', 'GB', 'ZZ', 'us');
const countries = fc.option(fc.array(country, { minLength: 1, maxLength: 3 }), { nil: undefined });
const area = fc.constantFrom(...Object.values(SAMPLE_AREAS).flat());
const year = fc.integer({ min: 1989, max: 2016 });
const years = fc.oneof(
  { weight: 2, arbitrary: fc.record({ year }) },
  {
    weight: 3,
    arbitrary: fc
      .record({ year_from: year, year_to: year }, { requiredKeys: [] })
      .filter(({ year_from: from, year_to: to }) => from === undefined || to === undefined || from <= to),
  },
  { weight: 1, arbitrary: fc.constant({}) },
);
const SORTS = ['-count', 'count', 'name', '-name', 'rank', '-rank'];
const perYear = fc.oneof(
  { weight: 3, arbitrary: fc.record({ sort: optional(fc.constantFrom(...SORTS)) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      per_year: fc.constant(true),
      sort: optional(fc.constantFrom(...SORTS, 'year', '-year')),
    }),
  },
);
const part = fc.constantFrom(
  'a',
  'an',
  'ann',
  'Zoë',
  'zo',
  'MÜ',
  'mü',
  'o',
  "o'",
  'O\u2019n',
  '-p',
  'n p',
  ' ',
  'jean',
  '𐐀',
  '美',
  'ан',
  'ß',
  'ss',
  'é',
  'ne',
  'ia',
  '子',
  'q',
  '2',
  '. ',
);
const name = fc.constantFrom(
  'Zoe',
  'zoë',
  "O'Neil",
  'O\u2019NEIL',
  'Jean-Pierre',
  'jean pierre',
  'ANNA',
  'Анна',
  '𐐀𐐨𐐿',
  '𝒜nna',
  'Strauss',
  'A',
  'Nobody',
  'Ghostly',
  '美玲',
);

function optional<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined });
}

/** One in six. */
function sometimes<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

const question: fc.Arbitrary<Question> = fc
  .tuple(
    years,
    perYear,
    fc.record({
      country: countries,
      area: sometimes(area),
      gender: optional(fc.constantFrom('F', 'M', 'all')),
      rank_method: optional(fc.constantFrom('competition', 'dense', 'ordinal')),
    }),
    fc.record({
      name: sometimes(name),
      prefix: sometimes(part),
      contains: sometimes(part),
      ends_with: sometimes(part),
      min_count: sometimes(fc.constantFrom(1, 5, 6, 8, 20, 100, 5000)),
      top: sometimes(fc.constantFrom(1, 2, 3, 10, 50, 400)),
    }),
  )
  .map(([when, order, what, filters]) => ({ ...when, ...order, ...what, ...filters }) as Question);

const page = fc.record({
  limit: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constantFrom(480, 999, 1000)),
  offset: fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 300 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 6000 }) },
  ),
});

/** The areas that a question is about; empty where the API refuses it. */
function areasOf({ country: asked, area: word }: Question): string[] {
  const codes = new Set(asked?.map((code) => code.toUpperCase()) ?? ['US', 'GB', 'ZZ']);
  if (word === undefined) return [...codes];
  const found = Object.entries(SAMPLE_AREAS).filter(([, words]) => words.includes(word));
  return found.map(([code]) => code).filter((code) => codes.has(code.slice(0, 2)));
}

function expected(asked: Question, areas: string[]): Promise<OracleItem[]> {
  return listByOracle(db.pool, { ...asked, areas });
}

/** The first difference alone: a diff of thousands of items takes minutes. */
function sameItems(items: readonly unknown[], wanted: readonly OracleItem[]): void {
  const at = wanted.findIndex((item, place) => !isDeepStrictEqual(items[place], item));
  assert.deepEqual(items[at], wanted[at], `item ${at}`);
  assert.equal(items.length, wanted.length);
}

test('any list is what plain SQL makes of the flat rows', async () => {
  await fc.assert(
    fc.asyncProperty(question, page, async (asked, { limit, offset }) => {
      const areas = areasOf(asked);
      const answer = await answers.ask('/v1/names', { ...asked, limit, offset });
      if (areas.length === 0) return assert.equal(answer.body.error.code, 'area_unknown');
      const all = await expected(asked, areas);
      assert.equal(answer.status, 200, answer.text);
      const start = offset ?? 0;
      sameItems(answer.body.data, all.slice(start, start + limit));
      assert.equal(answer.body.meta.total, all.length);
      assert.equal(answer.body.meta.next_cursor === null, start + limit >= all.length);
    }),
    { numRuns: 350 },
  );
});

test('a walk over all pages is one big page', async () => {
  await fc.assert(
    fc.asyncProperty(question, fc.constantFrom(100, 130, 480, 700), async (asked, limit) => {
      const areas = areasOf(asked);
      if (areas.length === 0) return;
      const walked: unknown[] = [];
      for (let cursor: string | undefined; ;) {
        const { body } = await answers.ask('/v1/names', { ...asked, limit, cursor });
        walked.push(...body.data);
        if (body.meta.next_cursor === null) break;
        assert.equal(body.data.length, limit);
        cursor = body.meta.next_cursor;
      }
      sameItems(walked, await expected(asked, areas));
    }),
    { numRuns: 40 },
  );
});
