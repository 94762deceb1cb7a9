import { createHash } from 'node:crypto';
import { intArray } from '#platform/postgres/array-text.ts';
import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/**
 * Of everything that is published: pointers, the facts of slices, their pages and their series, by names and places of
 * release numbers, so that two databases with the same answers have the same digest.
 */
export async function publishedDigest(db: Database): Promise<string> {
  const hash = createHash('sha256');
  for (const statement of [slices, series]) {
    for (const { line } of await db.many<{ line: string }>('digest', statement)) hash.update(`${line}\n`);
  }
  // Put together here: the database would look for millions of names one by one.
  const names = new Map<number, string>();
  for (const { no, published } of await db.many<{ no: number; published: string }>(
    'digestNames',
    spellings,
  )) {
    names.set(no, published);
  }
  for (const [slice, numbers, counts] of await db.raw('digestPages', pages)) {
    const listed = intArray(numbers ?? '{}', 0);
    const given = intArray(counts ?? '{}', 0);
    hash.update(`${slice}\n`);
    hash.update(Array.from(listed, (no, at) => `${names.get(no)}:${given[at]}`).join());
  }
  return hash.digest('hex');
}

const slices = sql`
  SELECT concat_ws(' ', a.code, s.measure, s.gender, s.from_year, s.to_year,
           s.series_release_no = s.release_no, f.file, f.rows_read, f.sum_read, f.rows, f.sum, f.withheld,
           f.aggregates, f.repeats, f.births, f.threshold, f.quality, f.warnings, f.has_series,
           md5(f.hist_counts::text), md5(f.hist_freqs::text)) AS line
  FROM slices s
  JOIN areas a ON a.no = s.area_no
  JOIN release_slices f USING (release_no, area_no, gender, from_year, to_year)
  ORDER BY a.code, s.measure, s.gender, s.to_year, s.from_year`;

const spellings = sql`SELECT no, published FROM name_spellings`;

const pages = sql`
  SELECT concat_ws(' ', a.code, s.measure, s.gender, s.from_year, s.to_year), p.names, p.counts
  FROM slices s
  JOIN areas a ON a.no = s.area_no
  JOIN ranking_pages p USING (release_no, area_no, gender, from_year, to_year)
  ORDER BY a.code, s.measure, s.gender, s.to_year, s.from_year, p.page`;

const series = sql`
  SELECT concat_ws(' ', a.code, supplied.gender, count(*),
           sum(hashtextextended(concat_ws(':', n.published, t.years, t.counts, t.statuses), 0))) AS line
  FROM (SELECT DISTINCT area_no, gender, series_release_no AS release_no FROM slices) AS supplied
  JOIN areas a ON a.no = supplied.area_no
  JOIN name_series t ON (t.area_no, t.gender, t.release_no) = (supplied.area_no, supplied.gender, supplied.release_no)
  LEFT JOIN name_spellings n ON n.no = t.name_no
  GROUP BY a.code, supplied.gender, supplied.release_no
  ORDER BY 1`;
