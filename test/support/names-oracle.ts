import type { Database } from '#platform/postgres/database.ts';
import { joinSql, rawSql, type Sql, sql } from '#platform/postgres/sql.ts';
import { nameKey, searchFolds } from '#products/names/spelling/name-keys.ts';
import type { FlatRow } from './names-data.ts';

/** A question for a list as `GET /v1/names` takes it; `areas` are the codes that `country` and `area` come to. */
export interface OracleQuestion {
  readonly areas: readonly string[];
  readonly year?: number | undefined;
  readonly year_from?: number | undefined;
  readonly year_to?: number | undefined;
  readonly per_year?: boolean | undefined;
  readonly gender?: 'F' | 'M' | 'all' | undefined;
  readonly name?: string | undefined;
  readonly prefix?: string | undefined;
  readonly contains?: string | undefined;
  readonly ends_with?: string | undefined;
  readonly min_count?: number | undefined;
  readonly top?: number | undefined;
  readonly rank_method?: 'competition' | 'dense' | 'ordinal' | undefined;
  readonly sort?: string | undefined;
}

export interface OracleItem {
  readonly name: string;
  readonly published: string;
  readonly gender: string;
  readonly year: number | null;
  /** Of a sum over years only. */
  readonly year_from?: number;
  readonly year_to?: number;
  readonly count: number | null;
  readonly rank_published: number | null;
  readonly rank: number | null;
  readonly tied: number | null;
  readonly out_of: number;
  readonly share: number | null;
  readonly country: string;
  readonly area: string;
  readonly status: string;
  readonly rank_differs?: true;
}

/** Writes published rows flat, each with the stored keys of its spelling: what every answer is compared with. */
export async function createOracle(
  db: Database,
  published: ReadonlyMap<string, readonly FlatRow[]>,
): Promise<void> {
  const rows = [...published].flatMap(([country, ofCountry]) =>
    ofCountry.map((row) => ({ ...row, country, area: row.area ?? country })),
  );
  await db.run(
    'createOracle',
    sql`
      CREATE TABLE flat (country text, area text, gender text, year integer, count integer, printed integer, no integer,
        published text COLLATE "C", name text COLLATE "C", key text COLLATE "C", fold text COLLATE "C", compact text COLLATE "C")`,
  );
  await db.run(
    'fillOracle',
    sql`
      INSERT INTO flat
      SELECT r.country, r.area, r.gender, r.year, r.count, r.printed, s.no, s.published, s.name, s.key, s.fold, s.compact
      FROM unnest(
        ${rows.map(({ country }) => country)}::text[], ${rows.map(({ area }) => area)}::text[],
        ${rows.map(({ gender }) => gender)}::text[], ${rows.map(({ year }) => year)}::int[],
        ${rows.map(({ count }) => count)}::int[], ${rows.map(({ rank }) => rank ?? null)}::int[],
        ${rows.map((row) => row.published)}::text[]
      ) AS r (country, area, gender, year, count, printed, published)
      JOIN name_spellings s ON s.published = r.published COLLATE "C"`,
  );
  await db.run(
    'firstSpellings',
    sql`
      CREATE TABLE first_spellings AS
      SELECT DISTINCT ON (key) key, name, published FROM name_spellings ORDER BY key, name, no`,
  );
  await db.run('indexSpellings', sql`CREATE UNIQUE INDEX ON first_spellings (key)`);
  await db.run('analyze', sql`ANALYZE flat, first_spellings`);
}

/** The whole list, by sums and window functions over the flat rows. */
export async function listByOracle(db: Database, question: OracleQuestion): Promise<OracleItem[]> {
  const method = question.rank_method ?? 'competition';
  const rank = rawSql({ competition: 'by_count', dense: 'by_count_dense', ordinal: 'place' }[method]);
  const topRank = rawSql(method === 'dense' ? 'by_count_dense' : 'by_count');
  const { gender, per_year: perYear } = question;
  const items = await db.many<OracleItem>(
    'listByOracle',
    sql`
      WITH scoped AS (
        SELECT *, ${gender === 'all' ? sql`'all'::text` : sql`gender`} AS of_gender,
               ${perYear ? sql`year` : sql`0`} AS of_year
        FROM flat WHERE ${scopeOf(question)}
      ), slices AS (
        SELECT country, area, of_gender, of_year, min(year) AS year_from, max(year) AS year_to,
               count(DISTINCT (gender, year)) AS slices, sum(count)::float8 AS total, count(DISTINCT key)::int AS listed
        FROM scoped GROUP BY country, area, of_gender, of_year
      ), summed AS (
        SELECT country, area, of_gender, of_year, key, fold, sum(count)::int AS count, min(printed) AS printed,
               min(name) AS own_name, min(published) AS own_published
        FROM scoped GROUP BY country, area, of_gender, of_year, key, fold
      ), named AS (
        SELECT country, area, of_gender AS gender, year_from, year_to, key, fold, count, total,
               CASE WHEN slices = 1 THEN printed END AS rank_published,
               (CASE WHEN slices = 1 THEN listed ELSE count(count) OVER slice END)::int AS out_of,
               count(count) OVER slice = 0 AS is_rank_only,
               CASE WHEN slices = 1 THEN own_name ELSE f.name END COLLATE "C" AS name,
               CASE WHEN slices = 1 THEN own_published ELSE f.published END AS published, of_year
        FROM summed JOIN slices USING (country, area, of_gender, of_year) JOIN first_spellings f USING (key)
        WHERE slices = 1 OR count IS NOT NULL
        WINDOW slice AS (PARTITION BY country, area, of_gender, of_year)
      ), ranked AS (
        SELECT *,
               rank() OVER (slice ORDER BY count DESC NULLS LAST)::int AS by_count,
               dense_rank() OVER (slice ORDER BY count DESC NULLS LAST)::int AS by_count_dense,
               row_number() OVER (slice ORDER BY count DESC NULLS LAST, name)::int AS place,
               count(*) OVER (PARTITION BY country, area, gender, of_year, count)::int AS tied
        FROM named WINDOW slice AS (PARTITION BY country, area, gender, of_year)
      )
      SELECT name, published, gender, CASE WHEN year_from = year_to THEN year_to END AS year, year_from, year_to, count,
             rank_published, CASE WHEN count > 0 THEN ${rank} END AS rank, CASE WHEN count > 0 THEN tied END AS tied, out_of,
             (round((count / total * 1e9)::numeric) / 1e9)::float8 AS share, country, area,
             CASE WHEN count > 0 THEN 'exact' WHEN is_rank_only THEN 'rank_only' ELSE 'below_threshold' END AS status,
             coalesce(count > 0 AND rank_published <> by_count, false) AS rank_differs
      FROM ranked
      WHERE ${filtersOf(question)} AND ${question.top === undefined ? sql`true` : topOf(topRank, question.top)}
      ORDER BY ${orderOf(question.sort ?? '-count')}, name, country, gender, year_to`,
  );
  return items.map(({ year_from, year_to, rank_differs: differs, ...item }) => ({
    ...item,
    ...(differs ? { rank_differs: true } : {}),
    ...(item.year === null ? { year_from, year_to } : {}),
  }));
}

/** A list without counts has the ranks of the office alone. */
function topOf(rank: Sql, top: number): Sql {
  return sql`CASE WHEN count > 0 THEN ${rank} WHEN is_rank_only THEN rank_published END <= ${top}`;
}

function scopeOf({ areas, gender, year, year_from, year_to, per_year }: OracleQuestion): Sql {
  const conditions = [sql`area = ANY (${areas}::text[])`];
  if (gender === 'F' || gender === 'M') conditions.push(sql`gender = ${gender}`);
  if (year !== undefined) conditions.push(sql`year = ${year}`);
  if (year_from !== undefined) conditions.push(sql`year >= ${year_from}`);
  if (year_to !== undefined) conditions.push(sql`year <= ${year_to}`);
  if (year === undefined && year_from === undefined && year_to === undefined && !per_year) {
    const ofGender = gender === 'F' || gender === 'M' ? sql`WHERE gender = ${gender}` : sql``;
    conditions.push(sql`(area, year) IN (SELECT area, max(year) FROM flat ${ofGender} GROUP BY area)`);
  }
  return joinSql(conditions, ' AND ');
}

function filtersOf(question: OracleQuestion): Sql {
  const { name, prefix, contains, ends_with: ending, min_count: minCount } = question;
  const conditions = [sql`true`];
  if (name !== undefined) conditions.push(sql`key = ${nameKey(name)}`);
  if (minCount !== undefined) conditions.push(sql`count >= ${minCount}`);
  if (prefix !== undefined)
    conditions.push(
      sql`EXISTS (SELECT FROM unnest(${searchFolds(prefix)}::text[]) part WHERE starts_with(fold, part))`,
    );
  if (contains !== undefined)
    conditions.push(
      sql`EXISTS (SELECT FROM unnest(${searchFolds(contains)}::text[]) part WHERE strpos(fold, part) > 0)`,
    );
  if (ending !== undefined)
    conditions.push(
      sql`EXISTS (SELECT FROM unnest(${searchFolds(ending)}::text[]) part
                  WHERE right(fold, length(part)) = part OR part = '')`,
    );
  return joinSql(conditions, ' AND ');
}

function orderOf(sort: string): Sql {
  const column = { count: 'count', name: 'name', rank: 'rank', year: 'year_to' }[sort.replace('-', '')];
  const order = `${column} ${sort.startsWith('-') ? 'DESC' : 'ASC'} NULLS LAST`;
  // Behind all others: what has no count, by its printed rank. A column of the output has no name within an expression.
  return rawSql(
    /count|rank/.test(sort) ? `${order}, CASE WHEN ranked.count IS NULL THEN rank_published END` : order,
  );
}
