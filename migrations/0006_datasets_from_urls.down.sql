DELETE FROM datasets WHERE file_path IS NULL;
ALTER TABLE datasets
    DROP CONSTRAINT chk_datasets_fetched,
    DROP COLUMN source_url,
    ALTER COLUMN country_id SET NOT NULL,
    ALTER COLUMN file_path SET NOT NULL,
    ALTER COLUMN file_size SET NOT NULL,
    ALTER COLUMN checksum SET NOT NULL,
    ALTER COLUMN parser SET NOT NULL;
