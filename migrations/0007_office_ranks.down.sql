COMMENT ON COLUMN release_slices.aggregates IS 'Births that the office reports for all rare names together';
ALTER TABLE release_slices DROP COLUMN office_ranks;
