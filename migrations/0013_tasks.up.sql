-- What callers have done to tables of their own: an upload or two, an operation, a result.

CREATE TABLE tasks (
    id                uuid PRIMARY KEY,
    operation         text NOT NULL,
    options           jsonb NOT NULL DEFAULT '{}',
    input             jsonb NOT NULL DEFAULT '{}',
    status            text NOT NULL DEFAULT 'pending'
                      CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'canceled')),
    filename          text NOT NULL,
    file_key          text,
    file_size         bigint NOT NULL,
    checksum          text NOT NULL,
    second_filename   text,
    second_file_key   text,
    second_file_size  bigint,
    second_input      jsonb,
    detected          jsonb,
    records_read      bigint,
    records_written   bigint,
    records_rejected  bigint,
    records_left_out  jsonb,
    details           jsonb,
    report_no         bigint,
    result_key        text,
    result_filename   text,
    result_type       text,
    result_size       bigint,
    result_sha256     text,
    rejects_key       text,
    rejects_filename  text,
    rejects_type      text,
    rejects_size      bigint,
    rejects_sha256    text,
    error_code        text,
    error_message     text,
    created_by        uuid,
    created_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at        timestamptz,
    completed_at      timestamptz,
    expires_at        timestamptz
);
CREATE INDEX tasks_by_age ON tasks (created_at DESC, id DESC);
CREATE INDEX tasks_by_creator ON tasks (created_by, created_at DESC, id DESC);
CREATE INDEX tasks_expiring ON tasks (expires_at) WHERE file_key IS NOT NULL;
COMMENT ON TABLE tasks IS 'Operations on files of callers; the id is that of their job';
COMMENT ON COLUMN tasks.input IS 'How the caller says that the file is to be read; what is absent is detected';
COMMENT ON COLUMN tasks.file_key IS 'Null once the files of the task are removed';
COMMENT ON COLUMN tasks.detected IS 'How the file was read';
COMMENT ON COLUMN tasks.records_left_out IS 'Records that the operation left out on purpose, by reason';
COMMENT ON COLUMN tasks.report_no IS 'The report with the errors of records';
COMMENT ON COLUMN tasks.expires_at IS 'When the files are removed; null until the task has ended';
