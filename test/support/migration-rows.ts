/**
 * A row for every table, so that the migrations are tried on a filled database. They run in this order once all
 * migrations are applied; a new table needs a line here. The test fails for a table that stays empty.
 */
export const MIGRATION_ROWS: readonly string[] = [
  `INSERT INTO api_keys (id, key_id, key_hash, name, role, source)
   VALUES ('00000000-0000-4000-8000-000000000001', 'abcdefgh', sha256('secret'), 'first key', 'admin', 'api')`,
  `INSERT INTO datasets (id, country_id, filename, file_path, file_size, checksum, parser)
   SELECT '00000000-0000-4000-8000-000000000002', id, 'names.zip', 'datasets/2/original', 9, repeat('0', 64), 'us_ssa'
   FROM countries WHERE code = 'US'`,
  `INSERT INTO datasets (filename, source_url) VALUES ('other.zip', 'https://files.example/other.zip')`,
  `INSERT INTO jobs (dataset_id, type) VALUES ('00000000-0000-4000-8000-000000000002', 'parse_dataset')`,
  `INSERT INTO reports (job_id) VALUES ('00000000-0000-4000-8000-000000000003')`,
  `INSERT INTO record_errors (report_no, seq, code, category, phase, message)
   SELECT no, 1, 'invalid_count', 'validation', 'parse', 'count 0' FROM reports`,
  `INSERT INTO name_spellings (published, name, key, fold, compact, fold_v)
   VALUES ('ZOË', 'Zoë', 'zoë', 'zoe', 'zoe', 1)`,
  `INSERT INTO releases (country_no, dataset_id, kind, measure)
   SELECT no, '00000000-0000-4000-8000-000000000002', 'dataset', 'births' FROM countries WHERE code = 'US'`,
  `INSERT INTO release_slices (release_no, area_no, gender, from_year, to_year, file, rows_read, sum_read, rows, sum,
                               has_series, hist_counts, hist_freqs)
   SELECT releases.no, areas.no, 'F', 2024, 2024, 'yob2024.txt', 1, 5, 1, 5, true, '{5}', '{1}'
   FROM releases, areas WHERE areas.code = 'US'`,
  `INSERT INTO slices (area_no, measure, gender, from_year, to_year, release_no)
   SELECT area_no, 'births', gender, from_year, to_year, release_no FROM release_slices`,
  `INSERT INTO name_series (area_no, name_no, release_no, gender, years, counts)
   SELECT area_no, name_spellings.no, release_no, gender, '{2024}', '{5}' FROM release_slices, name_spellings`,
  `INSERT INTO ranking_pages (area_no, release_no, from_year, to_year, page, gender, names, counts)
   SELECT area_no, release_no, from_year, to_year, 0, gender, ARRAY[name_spellings.no], '{5}'
   FROM release_slices, name_spellings`,
  `INSERT INTO users (id, email, username, created_at, updated_at)
   VALUES ('00000000-0000-4000-8000-000000000004', 'ada@example.org', 'ada', now(), now())`,
  `INSERT INTO articles (slug, title, body, author_id, created_at, updated_at)
   SELECT 'first', 'First', 'Text', id, now(), now() FROM users`,
  `INSERT INTO tags (tag) VALUES ('news')`,
  `INSERT INTO article_tags (article_id, tag_id, place) SELECT articles.id, tags.id, 1 FROM articles, tags`,
  `INSERT INTO comments (id, article_id, author_id, body, created_at, updated_at)
   SELECT 'cm_first_1', id, author_id, 'Remark', now(), now() FROM articles`,
  `INSERT INTO import_jobs (id, resource_type) VALUES ('00000000-0000-4000-8000-000000000005', 'users')`,
  `INSERT INTO import_rejects (import_no, chunk, records) SELECT no, 0, '{3}' FROM import_jobs`,
  `INSERT INTO export_jobs (id, resource_type, format)
   VALUES ('00000000-0000-4000-8000-000000000006', 'users', 'csv')`,
  `INSERT INTO idempotency_keys (caller, route, key, status, holder, lease_expires_at)
   VALUES ('anonymous', 'POST /v1/imports', 'one', 'receiving', '00000000-0000-4000-8000-000000000007', now())`,
  `INSERT INTO webhook_deliveries (id, job_id, url, event, body)
   VALUES ('00000000-0000-4000-8000-000000000008', '00000000-0000-4000-8000-000000000005',
           'https://example.org/', 'import.completed', '{}')`,
  `INSERT INTO column_profiles (name, profile) VALUES ('Names of a town', '{"columns": {"name": 1, "count": 2}}')`,
  `INSERT INTO births (country_no, area_no, year, gender, births, source)
   SELECT no, (SELECT no FROM areas WHERE code = 'US'), 1901, 'F', 239345, 'test' FROM countries WHERE code = 'US'`,
  `INSERT INTO slice_changes (dataset_id, area_no, gender, year, kind, release_no, rows, sum, withheld, names_new,
                              names_gone, names_revised)
   SELECT '00000000-0000-4000-8000-000000000002', no, 'F', 2024, 'new', 1, 1, 5, 0, 0, 0, 0
   FROM areas WHERE code = 'US'`,
  `INSERT INTO life_tables (country_no, gender, cohort, survivors)
   SELECT no, 'F', 1980, '{100000, 98800}' FROM countries WHERE code = 'US'`,
  `INSERT INTO name_groups (slug, title, names) VALUES ('zoe', 'Zoe', '{Zoe,Zoë}')`,
  `INSERT INTO tasks (id, operation, filename, file_key, file_size, checksum)
   VALUES ('00000000-0000-4000-8000-000000000009', 'select', 'people.csv', 'tasks/9/source', 9, repeat('0', 64))`,
];
