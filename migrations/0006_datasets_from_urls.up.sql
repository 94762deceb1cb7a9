-- Until its file is fetched, a dataset that comes from an address has no bytes, and perhaps no country or parser yet.
ALTER TABLE datasets
    ADD COLUMN source_url text,
    ALTER COLUMN country_id DROP NOT NULL,
    ALTER COLUMN file_path DROP NOT NULL,
    ALTER COLUMN file_size DROP NOT NULL,
    ALTER COLUMN checksum DROP NOT NULL,
    ALTER COLUMN parser DROP NOT NULL,
    ADD CONSTRAINT chk_datasets_fetched CHECK (
        num_nulls(country_id, file_path, file_size, checksum, parser) = 0
        OR (source_url IS NOT NULL AND num_nonnulls(file_path, file_size, checksum) = 0
            AND status NOT IN ('completed', 'reprocessing')));
COMMENT ON COLUMN datasets.source_url IS 'Where the file was fetched from, for one that was not uploaded';
