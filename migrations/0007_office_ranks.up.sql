-- What an office prints beside its counts, and slices that hold births without a ranking.

ALTER TABLE release_slices ADD COLUMN office_ranks text NOT NULL DEFAULT 'none'
    CONSTRAINT chk_release_slices_office_ranks CHECK (office_ranks IN ('none', 'same', 'differ'));
COMMENT ON COLUMN release_slices.office_ranks IS 'Ranks printed by the office: none, those that follow from the counts, or others (then on the ranking pages)';
COMMENT ON COLUMN release_slices.aggregates IS 'Births outside the ranking: rare names together, unknown years, further given names';
