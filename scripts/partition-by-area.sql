-- Splits the rows of names by area: 16 partitions of ranking_pages and of name_series, chosen by a hash of the area.
-- For installations of hundreds of millions of rows (docs/scaling.md says when). Stop all processes, take a backup, and
--   psql --set=ON_ERROR_STOP=1 --single-transaction --file=scripts/partition-by-area.sql "$DATABASE_URL"
-- Needs room for a second copy of both tables until it is done. Nothing else changes: every key begins with the area, and
-- no other table points at these two.
DO $$
DECLARE
    whole text;
    -- Kept with a table and not copied by LIKE.
    stored text;
BEGIN
    FOREACH whole IN ARRAY ARRAY['ranking_pages', 'name_series'] LOOP
        SELECT coalesce(' WITH (' || array_to_string(reloptions, ', ') || ')', '') INTO stored
        FROM pg_class WHERE oid = whole::regclass;
        EXECUTE format('ALTER TABLE %I RENAME TO %I', whole, whole || '_whole');
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) PARTITION BY HASH (area_no)', whole, whole || '_whole');
        FOR part IN 0..15 LOOP
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS 16, REMAINDER %s)%s',
                           whole || '_' || part, whole, part, stored);
        END LOOP;
        EXECUTE format('INSERT INTO %I SELECT * FROM %I', whole, whole || '_whole');
    END LOOP;
    -- Of the views, this one alone reads one of the two by itself.
    EXECUTE 'CREATE OR REPLACE VIEW names AS '
        || replace(pg_get_viewdef('names'::regclass), 'ranking_pages_whole', 'ranking_pages');
    DROP TABLE ranking_pages_whole, name_series_whole;
END $$;
ANALYZE ranking_pages;
ANALYZE name_series;
