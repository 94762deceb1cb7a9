ALTER TABLE export_jobs DROP COLUMN sources, DROP COLUMN left_out;
DROP TABLE slice_changes;
ALTER TABLE datasets DROP COLUMN changes;
