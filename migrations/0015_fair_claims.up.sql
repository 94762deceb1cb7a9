-- Callers take turns: within a priority the index leads from caller to caller, and to the oldest job of each.
DROP FUNCTION due_jobs(text[], integer);
DROP INDEX jobs_claim_order;
CREATE INDEX jobs_claim_order ON jobs (priority DESC, (coalesce(created_by, '')) COLLATE "C", created_at)
    WHERE status = 'queued';
COMMENT ON COLUMN jobs.priority IS 'Higher is claimed first; of equal ones callers have one each in turn, the oldest';

-- Statistics lag behind a queue that fills within seconds, and a plan made for a short one that reads all that waits
-- costs the more the more waits. The settings leave one plan to each statement, whatever is known of the table: what is
-- looked for comes in the order of its index, and what was found is updated where it lies.
CREATE FUNCTION claim_jobs(
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
COMMENT ON FUNCTION claim_jobs IS 'Gives each slot the next job that is due, by priority, callers in turn after the one served last; leaves out what somebody else is claiming';

CREATE FUNCTION complete_jobs(
    ids uuid[], tokens bigint[], results text[], phases text[], done bigint[], totals bigint[], records bigint[]
) RETURNS SETOF uuid
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
    -- As a variable, so that the index of those that run is not thought of.
    running CONSTANT text := 'running';
    numbers integer[];
    places tid[];
BEGIN
    SELECT array_agg(held.number), array_agg(held.place) INTO numbers, places
    FROM (
        SELECT array_position(ids, jobs.id) AS number, jobs.ctid AS place
        FROM jobs
        WHERE jobs.id = ANY (ids) AND jobs.status = running
          AND jobs.lease_token = tokens[array_position(ids, jobs.id)]
        ORDER BY jobs.id
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS held;
    IF numbers IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('enable_indexscan', 'off', true);
    RETURN QUERY
    UPDATE jobs
    SET status = 'completed', completed_at = clock_timestamp(), result = results[held.number]::jsonb,
        last_error = NULL, cancel_requested_at = NULL, cancel_requested_by = NULL,
        phase = phases[held.number], bytes_done = done[held.number], bytes_total = totals[held.number],
        records_done = records[held.number], progress_at = clock_timestamp(),
        locked_at = NULL, locked_by = NULL, lease_expires_at = NULL
    FROM unnest(places, numbers) AS held (place, number)
    -- Locked above, so that it lies there still.
    WHERE jobs.ctid = held.place AND jobs.id = ids[held.number]
    RETURNING jobs.id;
END
$$;
COMMENT ON FUNCTION complete_jobs IS 'Ends jobs as completed, each by its own token; leaves out rows that somebody is changing';
