-- What an import, dataset or task says about the records of its file. Rows are written under a number of their
-- attempt and are seen only once the finished resource points at that number.

CREATE TABLE reports (
    no          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id      uuid NOT NULL,
    records     bigint NOT NULL DEFAULT 0,
    accepted    bigint NOT NULL DEFAULT 0,
    rejected    bigint NOT NULL DEFAULT 0,
    skipped     jsonb NOT NULL DEFAULT '{}',
    summary     jsonb NOT NULL DEFAULT '[]',
    warnings    jsonb NOT NULL DEFAULT '[]',
    error_count bigint NOT NULL DEFAULT 0,
    truncated   boolean NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE reports IS 'One row per finished reading of a file: the ledger and the exact error counts';
COMMENT ON COLUMN reports.skipped IS 'Skipped records by reason: {"duplicate_in_file": 3}';
COMMENT ON COLUMN reports.summary IS 'Exact counts per code and column: [{"code", "column", "count"}]';
COMMENT ON COLUMN reports.truncated IS 'True when record_errors holds fewer rows than error_count';

CREATE TABLE record_errors (
    report_no     bigint NOT NULL,
    seq           integer NOT NULL,
    code          text NOT NULL,
    category      text NOT NULL,
    phase         text NOT NULL,
    entry         text,
    record        bigint,
    line_start    bigint,
    line_end      bigint,
    byte_offset   bigint,
    column_index  integer,
    "column"      text,
    field         text,
    value         text,
    expected      text,
    suggestion    text,
    "constraint"  text,
    conflict_with text,
    message       text NOT NULL,
    PRIMARY KEY (report_no, seq)
);
COMMENT ON TABLE record_errors IS 'Why records were refused, in file order';
COMMENT ON COLUMN record_errors.value IS 'The refused cell, at most 256 characters';
COMMENT ON COLUMN record_errors.entry IS 'Inner file of an archive';
