CREATE TABLE jobs (
    id                  uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    dataset_id          uuid,
    type                varchar(50) NOT NULL,
    status              varchar(20) NOT NULL DEFAULT 'queued',
    payload             jsonb NOT NULL DEFAULT '{}',
    priority            integer NOT NULL DEFAULT 0,
    created_by          text,
    created_at          timestamptz NOT NULL DEFAULT clock_timestamp(),

    attempts            integer NOT NULL DEFAULT 0,
    max_attempts        integer NOT NULL DEFAULT 3,
    started_at          timestamptz,
    completed_at        timestamptz,
    result              jsonb,
    error_code          text,
    last_error          text,

    locked_at           timestamptz,
    locked_by           varchar(100),
    lease_token         bigint NOT NULL DEFAULT 0,
    lease_expires_at    timestamptz,
    next_retry_at       timestamptz,
    cancel_requested_at timestamptz,
    cancel_requested_by text,

    phase               text,
    bytes_done          bigint NOT NULL DEFAULT 0,
    bytes_total         bigint,
    records_done        bigint NOT NULL DEFAULT 0,
    progress_at         timestamptz,

    outage_since        timestamptz,
    outages             integer NOT NULL DEFAULT 0,
    lost_leases         integer NOT NULL DEFAULT 0,
    setback_phase       text,
    setback_done        bigint,

    CONSTRAINT jobs_status_known CHECK (status IN ('queued', 'running', 'paused', 'completed', 'failed', 'canceled')),
    CONSTRAINT jobs_attempts_bounded CHECK (attempts >= 0 AND attempts <= max_attempts),
    CONSTRAINT jobs_counts_not_negative CHECK (
        lease_token >= 0 AND outages >= 0 AND lost_leases >= 0
        AND bytes_done >= 0 AND coalesce(bytes_total, 0) >= 0 AND records_done >= 0),
    CONSTRAINT jobs_lease_while_running CHECK (
        (status = 'running') = (locked_by IS NOT NULL)
        AND (status = 'running') = (locked_at IS NOT NULL)
        AND (status = 'running') = (lease_expires_at IS NOT NULL)),
    CONSTRAINT jobs_end_has_time CHECK (
        (status IN ('completed', 'failed', 'canceled')) = (completed_at IS NOT NULL)),
    CONSTRAINT jobs_failure_has_code CHECK ((status = 'failed') = (error_code IS NOT NULL)),
    CONSTRAINT jobs_outage_is_whole CHECK ((outage_since IS NULL) = (outages = 0))
)
-- Heartbeats touch no indexed column: with room on the page they stay HOT updates.
WITH (fillfactor = 70);

CREATE INDEX jobs_claim_order ON jobs (priority DESC, created_at) WHERE status = 'queued';
CREATE INDEX jobs_running ON jobs (locked_at) WHERE status = 'running';
CREATE INDEX jobs_dataset_id ON jobs (dataset_id) WHERE dataset_id IS NOT NULL;
CREATE INDEX jobs_created_at ON jobs (created_at DESC, id DESC);
CREATE INDEX jobs_created_by ON jobs (created_by, created_at DESC, id DESC) WHERE created_by IS NOT NULL;
CREATE INDEX jobs_completed_at ON jobs (completed_at) WHERE completed_at IS NOT NULL;

COMMENT ON TABLE jobs IS 'Durable job queue; this table is the truth, notifications only wake the workers (see docs/job-states.md)';
COMMENT ON COLUMN jobs.dataset_id IS 'Dataset that the job works on, where there is one';
COMMENT ON COLUMN jobs.type IS 'Job type: parse_dataset, reprocess_dataset, …; a worker claims only types that it knows';
COMMENT ON COLUMN jobs.status IS 'queued, running, paused, completed, failed, canceled';
COMMENT ON COLUMN jobs.payload IS 'What the job needs to know; its shape belongs to the type';
COMMENT ON COLUMN jobs.priority IS 'Higher is claimed first; equal ones in order of created_at';
COMMENT ON COLUMN jobs.created_by IS 'Id of the API key that started it; NULL: started by the system';
COMMENT ON COLUMN jobs.attempts IS 'Attempts begun; outages, lost leases and shutdowns give theirs back';
COMMENT ON COLUMN jobs.error_code IS 'Stable code of a failed job';
COMMENT ON COLUMN jobs.last_error IS 'Message of the last error, also of one that was repeated since';
COMMENT ON COLUMN jobs.locked_at IS 'When a worker claimed the job';
COMMENT ON COLUMN jobs.locked_by IS 'Worker that runs it, as host:pid:slot';
COMMENT ON COLUMN jobs.lease_token IS 'Fencing token, raised by every claim and takeover; only its holder may write';
COMMENT ON COLUMN jobs.lease_expires_at IS 'A job still running after this time (database clock) may be taken over';
COMMENT ON COLUMN jobs.next_retry_at IS 'A queued job is not claimed before this time';
COMMENT ON COLUMN jobs.progress_at IS 'When the progress moved last, or the claim';
COMMENT ON COLUMN jobs.outage_since IS 'Start of the outage that is being waited out';
COMMENT ON COLUMN jobs.outages IS 'Retries since outage_since';
COMMENT ON COLUMN jobs.lost_leases IS 'Leases lost in a row without progress between them';
COMMENT ON COLUMN jobs.setback_phase IS 'Phase of the last outage or lost lease; getting further is what counts as progress';
COMMENT ON COLUMN jobs.setback_done IS 'Furthest bytes_done + records_done in setback_phase';
