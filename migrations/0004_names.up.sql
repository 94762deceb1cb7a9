-- Names: countries, datasets, and the two shapes in which counts are kept: a name over the years (name_series)
-- and the names of a year (ranking_pages). See docs/architecture.md, "Storage of names".

CREATE TABLE countries (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    no          integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    code        varchar(2) NOT NULL UNIQUE,
    name        varchar(100) NOT NULL,
    source_url  text,
    attribution text,
    licence     text,
    licence_url text,
    created_by  varchar(100),
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT chk_countries_code CHECK (code ~ '^[A-Z]{2}$')
);
COMMENT ON TABLE countries IS 'Countries with name statistics';
COMMENT ON COLUMN countries.code IS 'ISO 3166-1 alpha-2';
COMMENT ON COLUMN countries.attribution IS 'Credit that the office asks for';

CREATE TABLE areas (
    no         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    country_no integer NOT NULL REFERENCES countries (no) ON DELETE CASCADE,
    code       text NOT NULL UNIQUE,
    name       text NOT NULL,
    level      smallint NOT NULL,
    parent_no  integer REFERENCES areas (no) ON DELETE CASCADE
);
CREATE INDEX areas_country ON areas (country_no);
COMMENT ON TABLE areas IS 'A country (level 0, its own code) or one of its regions (ISO 3166-2)';

CREATE TABLE data_versions (
    country_no integer PRIMARY KEY REFERENCES countries (no) ON DELETE CASCADE,
    version    bigint NOT NULL DEFAULT 1
);
COMMENT ON TABLE data_versions IS 'Raised by everything that changes an answer about a country; its row is the publish lock';

CREATE FUNCTION countries_complete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO areas (country_no, code, name, level) VALUES (NEW.no, NEW.code, NEW.name, 0);
    INSERT INTO data_versions (country_no) VALUES (NEW.no);
    RETURN NEW;
END $$;
CREATE TRIGGER countries_complete AFTER INSERT ON countries FOR EACH ROW EXECUTE FUNCTION countries_complete();

CREATE FUNCTION countries_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    UPDATE areas SET code = NEW.code, name = NEW.name WHERE country_no = NEW.no AND level = 0;
    UPDATE data_versions SET version = version + 1 WHERE country_no = NEW.no;
    RETURN NEW;
END $$;
CREATE TRIGGER countries_changed BEFORE UPDATE ON countries FOR EACH ROW EXECUTE FUNCTION countries_changed();

CREATE SEQUENCE published_seq AS bigint;
COMMENT ON SEQUENCE published_seq IS 'Order in which releases were published; the highest living one supplies a slice';

CREATE TABLE datasets (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    country_id     uuid NOT NULL REFERENCES countries (id) ON DELETE RESTRICT,
    filename       varchar(255) NOT NULL,
    file_path      text NOT NULL,
    file_size      bigint NOT NULL,
    checksum       char(64) NOT NULL,
    status         varchar(20) NOT NULL DEFAULT 'pending',
    parser         text NOT NULL,
    parser_version text,
    options        jsonb NOT NULL DEFAULT '{}',
    metadata       jsonb NOT NULL DEFAULT '{}',
    edition        text,
    row_count      integer,
    skipped_count  integer,
    error_count    integer,
    first_year     smallint,
    last_year      smallint,
    error_code     text,
    error_message  text,
    warnings       jsonb NOT NULL DEFAULT '[]',
    last_reprocess jsonb,
    release_no     integer,
    report_no      bigint,
    job_id         uuid,
    amends         uuid REFERENCES datasets (id) ON DELETE SET NULL,
    uploaded_by    varchar(100),
    uploaded_at    timestamptz NOT NULL DEFAULT now(),
    processed_at   timestamptz,
    deleted_at     timestamptz,
    CONSTRAINT chk_datasets_status CHECK (
        status IN ('pending', 'processing', 'paused', 'completed', 'failed', 'canceled', 'reprocessing')),
    CONSTRAINT chk_datasets_file_size CHECK (file_size > 0),
    CONSTRAINT chk_datasets_row_count CHECK (row_count IS NULL OR row_count >= 0)
);
CREATE INDEX datasets_country ON datasets (country_id);
CREATE INDEX datasets_checksum ON datasets (checksum);
CREATE INDEX datasets_uploaded ON datasets (uploaded_at DESC, id DESC);
CREATE INDEX datasets_deleted ON datasets (deleted_at) WHERE deleted_at IS NOT NULL;
COMMENT ON TABLE datasets IS 'Uploaded official files';
COMMENT ON COLUMN datasets.file_path IS 'Key of the original bytes in the file store';
COMMENT ON COLUMN datasets.options IS 'What the caller asked for: year, gender, area, mode, thresholds';
COMMENT ON COLUMN datasets.release_no IS 'The latest finished reading of this file';
COMMENT ON COLUMN datasets.deleted_at IS 'Soft delete; purged with its file after 30 days';

ALTER TABLE jobs ADD CONSTRAINT jobs_dataset FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE CASCADE;

CREATE TABLE name_spellings (
    no        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    published text COLLATE "C" NOT NULL UNIQUE,
    name      text COLLATE "C" NOT NULL,
    key       text COLLATE "C" NOT NULL,
    fold      text COLLATE "C" NOT NULL,
    compact   text COLLATE "C" NOT NULL,
    fold_v    smallint NOT NULL,
    added_by  xid8 NOT NULL DEFAULT pg_current_xact_id()
);
COMMENT ON COLUMN name_spellings.added_by IS 'Transaction that added the row: readers fetch what their last snapshot could not see';
COMMENT ON TABLE name_spellings IS 'Dictionary of all spellings that a file ever held; rows never change their number';
COMMENT ON COLUMN name_spellings.published IS 'As in the file, trimmed, NFC';
COMMENT ON COLUMN name_spellings.name IS 'Display form: title case where the office shouts';
COMMENT ON COLUMN name_spellings.key IS 'Identity within a country: accents stay';
COMMENT ON COLUMN name_spellings.fold IS 'Search key without accents; compact also without blanks, hyphens, apostrophes';

CREATE TABLE releases (
    no            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    country_no    integer NOT NULL REFERENCES countries (no) ON DELETE CASCADE,
    dataset_id    uuid REFERENCES datasets (id) ON DELETE CASCADE,
    kind          text NOT NULL,
    edition       text,
    measure       text NOT NULL,
    state         text NOT NULL DEFAULT 'building',
    job_id        uuid,
    job_token     bigint,
    published_seq bigint,
    created_at    timestamptz NOT NULL DEFAULT now(),
    retired_at    timestamptz,
    CONSTRAINT chk_releases_kind CHECK (kind IN ('dataset', 'folded')),
    CONSTRAINT chk_releases_state CHECK (state IN ('building', 'waiting', 'published', 'retired')),
    CONSTRAINT chk_releases_measure CHECK (measure IN ('births', 'registrations', 'living_bearers', 'census_by_decade'))
);
CREATE INDEX releases_dataset ON releases (dataset_id);
CREATE INDEX releases_unfinished ON releases (state) WHERE state IN ('building', 'retired');
COMMENT ON TABLE releases IS 'One reading of one dataset (or a fold of one-year readings); its rows never change';
COMMENT ON COLUMN releases.state IS 'building: seen by nobody; waiting: ready, not supplying; published: a candidate; retired: has a newer release';
COMMENT ON COLUMN releases.job_token IS 'Lease token of the attempt that writes it';

CREATE TABLE release_slices (
    release_no  integer NOT NULL REFERENCES releases (no) ON DELETE CASCADE,
    area_no     integer NOT NULL,
    gender      char(1) NOT NULL,
    from_year   smallint NOT NULL,
    to_year     smallint NOT NULL,
    file        text NOT NULL,
    rows_read   integer NOT NULL,
    sum_read    bigint NOT NULL,
    rows        integer NOT NULL,
    sum         bigint NOT NULL,
    withheld    integer NOT NULL DEFAULT 0,
    aggregates  bigint NOT NULL DEFAULT 0,
    repeats     integer NOT NULL DEFAULT 0,
    births      bigint,
    threshold   smallint,
    quality     text NOT NULL DEFAULT 'exact',
    warnings    jsonb NOT NULL DEFAULT '[]',
    has_series  boolean NOT NULL,
    hist_counts integer[] NOT NULL,
    hist_freqs  integer[] NOT NULL,
    PRIMARY KEY (release_no, area_no, gender, from_year, to_year),
    CONSTRAINT chk_release_slices_gender CHECK (gender IN ('F', 'M', 'X', 'T')),
    CONSTRAINT chk_release_slices_years CHECK (from_year BETWEEN 1800 AND 2100 AND to_year BETWEEN from_year AND 2100)
);
CREATE INDEX release_slices_slice ON release_slices (area_no, gender, to_year, from_year);
COMMENT ON TABLE release_slices IS 'The slices that a release could supply, with the figures of each';
COMMENT ON COLUMN release_slices.rows IS 'Names listed (key names); sum: of their shown counts';
COMMENT ON COLUMN release_slices.withheld IS 'Names listed whose count is hidden';
COMMENT ON COLUMN release_slices.aggregates IS 'Births that the office reports for all rare names together';
COMMENT ON COLUMN release_slices.repeats IS 'Records that repeated a name of the slice: skipped, summed or refused';
COMMENT ON COLUMN release_slices.hist_counts IS 'Distinct counts, falling; hist_freqs: how many names have each. Ranks and ties follow from them';

CREATE TABLE slices (
    area_no           integer NOT NULL REFERENCES areas (no) ON DELETE CASCADE,
    measure           text NOT NULL,
    gender            char(1) NOT NULL,
    from_year         smallint NOT NULL,
    to_year           smallint NOT NULL,
    release_no        integer NOT NULL,
    series_release_no integer,
    PRIMARY KEY (area_no, measure, gender, from_year, to_year)
);
CREATE INDEX slices_release ON slices (release_no);
COMMENT ON TABLE slices IS 'Which release supplies the published numbers of an area, gender and period';
COMMENT ON COLUMN slices.series_release_no IS 'Release whose name_series hold this slice; NULL: read the ranking pages';

CREATE TABLE name_series (
    area_no         integer NOT NULL,
    name_no         integer NOT NULL,
    release_no      integer NOT NULL,
    gender          char(1) NOT NULL,
    years           smallint[] NOT NULL,
    counts          integer[] NOT NULL,
    statuses        "char"[],
    ranks_published integer[],
    PRIMARY KEY (area_no, gender, name_no, release_no)
);
CREATE INDEX name_series_release ON name_series USING brin (release_no) WITH (pages_per_range = 32);
COMMENT ON TABLE name_series IS 'A name over the years: one row per area, gender, name and release';
COMMENT ON COLUMN name_series.counts IS 'One per year; NULL where the count is hidden';
COMMENT ON COLUMN name_series.statuses IS 'e exact, r rounded, b below threshold, k rank only; NULL: all exact';

CREATE TABLE ranking_pages (
    area_no         integer NOT NULL,
    release_no      integer NOT NULL,
    from_year       smallint NOT NULL,
    to_year         smallint NOT NULL,
    page            smallint NOT NULL,
    gender          char(1) NOT NULL,
    names           integer[] NOT NULL,
    counts          integer[] NOT NULL,
    statuses        "char"[],
    ranks_published integer[],
    PRIMARY KEY (area_no, gender, to_year, from_year, release_no, page)
) WITH (toast_tuple_target = 8160);
CREATE INDEX ranking_pages_release ON ranking_pages USING brin (release_no) WITH (pages_per_range = 32);
COMMENT ON TABLE ranking_pages IS 'The names of a slice by falling count, then name: 480 a page, so that two pages fill a block';

-- One year is written as from_year >= to_year: the planner takes the equality of two columns for so rare that it looks
-- up each name of each year by itself, eight times slower where a name is asked for.
CREATE VIEW names AS
SELECT (slices.release_no::bigint << 32) + ((slices.to_year - 1800)::bigint << 23)
         + (CASE slices.gender WHEN 'M' THEN 1 ELSE 0 END << 22) + (p.page::bigint << 9) + item.position - 1 AS id,
       r.dataset_id, c.id AS country_id, slices.to_year::integer AS year, s.name, slices.gender,
       item.count, d.processed_at AS created_at, d.deleted_at
FROM slices
JOIN areas a ON a.no = slices.area_no AND a.level = 0
JOIN countries c ON c.no = a.country_no
JOIN releases r ON r.no = slices.release_no
JOIN datasets d ON d.id = r.dataset_id
JOIN ranking_pages p ON (p.area_no, p.gender, p.to_year, p.release_no)
                      = (slices.area_no, slices.gender, slices.to_year, slices.release_no) AND p.from_year >= p.to_year
CROSS JOIN LATERAL unnest(p.names, p.counts) WITH ORDINALITY AS item (name_no, count, position)
JOIN name_spellings s ON s.no = item.name_no
WHERE slices.from_year >= slices.to_year AND slices.gender IN ('F', 'M')
  AND slices.measure IN ('births', 'registrations') AND item.count IS NOT NULL;
COMMENT ON VIEW names IS 'Published counts of whole countries, one row per year, name and gender';
COMMENT ON COLUMN names.id IS 'Release, year, gender and place in the ranking as one number; a new reading has new ones';

CREATE VIEW name_statistics AS
SELECT country_id, year, gender, name, sum(count) AS total_count, count(DISTINCT dataset_id) AS dataset_count
FROM names WHERE deleted_at IS NULL GROUP BY country_id, year, gender, name;
COMMENT ON VIEW name_statistics IS 'Published counts by country, year, gender and name';

CREATE VIEW gender_probabilities AS
SELECT name, country_id,
       sum(CASE WHEN gender = 'M' THEN count ELSE 0 END) AS male_count,
       sum(CASE WHEN gender = 'F' THEN count ELSE 0 END) AS female_count,
       sum(count) AS total_count,
       round(sum(CASE WHEN gender = 'M' THEN count ELSE 0 END)::numeric / nullif(sum(count), 0) * 100, 2) AS male_probability,
       round(sum(CASE WHEN gender = 'F' THEN count ELSE 0 END)::numeric / nullif(sum(count), 0) * 100, 2) AS female_probability
FROM names WHERE deleted_at IS NULL GROUP BY name, country_id HAVING sum(count) >= 100;
COMMENT ON VIEW gender_probabilities IS 'Gender shares in percent for names with at least 100 bearers; sex recorded at birth';

INSERT INTO countries (code, name, source_url, attribution, licence, licence_url) VALUES
('US', 'United States', 'https://www.ssa.gov/oact/babynames/', 'Social Security Administration', 'Public domain (U.S. Government work)', NULL),
('GB', 'United Kingdom', 'https://www.ons.gov.uk/peoplepopulationandcommunity/birthsdeathsandmarriages/livebirths', 'Office for National Statistics', 'Open Government Licence v3.0', 'https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/'),
('CA', 'Canada', 'https://www.statcan.gc.ca/', 'Statistics Canada', 'Statistics Canada Open Licence', 'https://www.statcan.gc.ca/en/reference/licence'),
('AU', 'Australia', 'https://www.abs.gov.au/', 'Australian Bureau of Statistics', 'CC BY 4.0', 'https://creativecommons.org/licenses/by/4.0/');
