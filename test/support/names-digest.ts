import { createHash } from 'node:crypto';
import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/**
 * One line for everything that is published: pointers, the facts of slices, their pages and their series, by names
 * and places of release numbers, so that two databases with the same answers have the same lines.
 */
async function publishedLines(db: Database): Promise<string[]> {
  return [...(await lines(db, slices)), ...(await lines(db, series))];
}

export async function publishedDigest(db: Database): Promise<string> {
  return createHash('sha256')
    .update((await publishedLines(db)).join('\n'))
    .digest('hex');
}

async function lines(db: Database, statement: typeof slices): Promise<string[]> {
  const rows = await db.many<{ line: string }>('digest', statement);
  return rows.map(({ line }) => line);
}

const slices = sql`
  SELECT concat_ws(' ', a.code, s.measure, s.gender, s.from_year, s.to_year,
           s.series_release_no = s.release_no, f.file, f.rows_read, f.sum_read, f.rows, f.sum, f.withheld,
           f.aggregates, f.repeats, f.births, f.threshold, f.quality, f.warnings, f.has_series,
           md5(f.hist_counts::text), md5(f.hist_freqs::text), page.names, page.digest) AS line
  FROM slices s
  JOIN areas a ON a.no = s.area_no
  JOIN release_slices f USING (release_no, area_no, gender, from_year, to_year)
  LEFT JOIN LATERAL (
    SELECT count(*) AS names,
           md5(string_agg(n.published || ':' || item.count, ',' ORDER BY p.page, item.place)) AS digest
    FROM ranking_pages p
    CROSS JOIN LATERAL unnest(p.names, p.counts) WITH ORDINALITY AS item (name_no, count, place)
    LEFT JOIN name_spellings n ON n.no = item.name_no
    WHERE (p.area_no, p.gender, p.to_year, p.from_year, p.release_no)
        = (s.area_no, s.gender, s.to_year, s.from_year, s.release_no)
  ) AS page ON true
  ORDER BY a.code, s.measure, s.gender, s.to_year, s.from_year`;

const series = sql`
  SELECT concat_ws(' ', a.code, supplied.gender, count(*),
           md5(string_agg(concat_ws(':', n.published, t.years, t.counts, t.statuses), ',' ORDER BY n.published))) AS line
  FROM (SELECT DISTINCT area_no, gender, series_release_no AS release_no FROM slices) AS supplied
  JOIN areas a ON a.no = supplied.area_no
  JOIN name_series t ON (t.area_no, t.gender, t.release_no) = (supplied.area_no, supplied.gender, supplied.release_no)
  LEFT JOIN name_spellings n ON n.no = t.name_no
  GROUP BY a.code, supplied.gender, supplied.release_no
  ORDER BY 1`;
