DROP FUNCTION next_job_due(text[]);
DROP INDEX jobs_next_retry_at;
DROP INDEX jobs_claim_order;
CREATE INDEX jobs_claim_order ON jobs (priority DESC, (coalesce(created_by, '')) COLLATE "C", created_at)
    WHERE status = 'queued';

CREATE OR REPLACE FUNCTION claim_jobs(
    of_types text[], for_worker text, slots integer[], lease interval, least_attempts integer, served_last text
) RETURNS SETOF jobs
    LANGUAGE plpgsql ROWS 10
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET enable_indexscan = on
    SET enable_sort = off
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $$
DECLARE
    class bigint := 2147483648;
    found_ids uuid[] := '{}';
    places tid[] := '{}';
    found_id uuid;
    place tid;
    caller text;
BEGIN
    WHILE cardinality(found_ids) < cardinality(slots) LOOP
        SELECT jobs.id, jobs.ctid, coalesce(jobs.created_by, '') INTO found_id, place, caller
        FROM jobs
        WHERE jobs.status = 'queued' AND jobs.priority = class
          AND coalesce(jobs.created_by, '') COLLATE "C" > served_last
          AND jobs.type = ANY (of_types)
          AND (jobs.next_retry_at IS NULL OR jobs.next_retry_at <= clock_timestamp())
          AND jobs.id <> ALL (found_ids)
        ORDER BY coalesce(jobs.created_by, '') COLLATE "C", jobs.created_at
        LIMIT 1
        FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            SELECT jobs.id, jobs.ctid, coalesce(jobs.created_by, '') INTO found_id, place, caller
            FROM jobs
            WHERE jobs.status = 'queued' AND jobs.priority = class
              AND coalesce(jobs.created_by, '') COLLATE "C" <= served_last
              AND jobs.type = ANY (of_types)
              AND (jobs.next_retry_at IS NULL OR jobs.next_retry_at <= clock_timestamp())
              AND jobs.id <> ALL (found_ids)
            ORDER BY coalesce(jobs.created_by, '') COLLATE "C", jobs.created_at
            LIMIT 1
            FOR UPDATE SKIP LOCKED;
        END IF;
        IF FOUND THEN
            found_ids := found_ids || found_id;
            places := places || place;
            served_last := caller;
            CONTINUE;
        END IF;
        SELECT jobs.priority INTO class
        FROM jobs
        WHERE jobs.status = 'queued' AND jobs.priority < class
          AND jobs.type = ANY (of_types)
          AND (jobs.next_retry_at IS NULL OR jobs.next_retry_at <= clock_timestamp())
        ORDER BY jobs.priority DESC
        LIMIT 1;
        EXIT WHEN NOT FOUND;
    END LOOP;
    IF found_ids = '{}' THEN
        RETURN;
    END IF;
    PERFORM set_config('enable_indexscan', 'off', true);
    RETURN QUERY
    UPDATE jobs
    SET status = 'running',
        attempts = jobs.attempts + 1,
        max_attempts = greatest(least_attempts, jobs.attempts + 1),
        lease_token = jobs.lease_token + 1,
        lease_expires_at = clock_timestamp() + lease,
        locked_at = clock_timestamp(),
        locked_by = for_worker || ':' || placed.slot,
        started_at = coalesce(jobs.started_at, clock_timestamp()),
        progress_at = clock_timestamp(),
        next_retry_at = NULL
    FROM unnest(places, found_ids, slots[1:cardinality(found_ids)]) AS placed (place, id, slot)
    -- Locked above, so that it lies there still.
    WHERE jobs.ctid = placed.place AND jobs.id = placed.id
    RETURNING jobs.*;
END
$$;
