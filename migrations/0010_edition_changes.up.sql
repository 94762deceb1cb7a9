-- What a reading changes in the numbers that it meets, and whose rows an export has or leaves out.

ALTER TABLE datasets ADD COLUMN changes jsonb;
COMMENT ON COLUMN datasets.changes IS 'Summary of slice_changes, with the largest jumps; of the reading that was finished last';

CREATE TABLE slice_changes (
    dataset_id      uuid NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
    area_no         integer NOT NULL REFERENCES areas (no) ON DELETE CASCADE,
    gender          char(1) NOT NULL,
    year            smallint NOT NULL,
    kind            text NOT NULL,
    release_no      integer NOT NULL,
    former_no       integer,
    rows            integer NOT NULL,
    sum             bigint NOT NULL,
    withheld        integer NOT NULL,
    former_rows     integer,
    former_sum      bigint,
    former_withheld integer,
    names_new       integer NOT NULL,
    names_gone      integer NOT NULL,
    names_revised   integer NOT NULL,
    PRIMARY KEY (dataset_id, area_no, gender, year),
    CONSTRAINT chk_slice_changes_kind CHECK (kind IN ('new', 'revised', 'same', 'kept'))
);
CREATE INDEX slice_changes_area ON slice_changes (area_no);
COMMENT ON TABLE slice_changes IS 'Each slice of a reading beside the one that supplied it when the reading was finished';
COMMENT ON COLUMN slice_changes.kind IS 'new: nobody supplied it; kept: ranks alone, which replace no counts';
COMMENT ON COLUMN slice_changes.former_no IS 'The release that supplied it; it may be gone by now';

ALTER TABLE export_jobs ADD COLUMN sources jsonb, ADD COLUMN left_out jsonb;
COMMENT ON COLUMN export_jobs.sources IS 'Whose rows the file has, with their licences; NULL where rows have no sources';
COMMENT ON COLUMN export_jobs.left_out IS 'Sources whose licence does not allow to merge them with others, and why';
