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
    places tid[];
    found_id uuid;
    place tid;
    caller text;
    -- A variable, since no index is searched for what a clock will say.
    this_moment timestamptz := clock_timestamp();
BEGIN
    SELECT array_agg(due.place) INTO places
    FROM (
        SELECT jobs.ctid AS place
        FROM jobs
        WHERE jobs.status = 'queued' AND jobs.next_retry_at <= this_moment AND jobs.type = ANY (of_types)
        ORDER BY jobs.next_retry_at
        LIMIT 1000
        FOR UPDATE SKIP LOCKED
    ) AS due;
    IF places IS NOT NULL THEN
        PERFORM set_config('enable_indexscan', 'off', true);
        UPDATE jobs SET next_retry_at = NULL WHERE jobs.ctid = ANY (places);
        PERFORM set_config('enable_indexscan', 'on', true);
    END IF;
    places := '{}';
    WHILE cardinality(found_ids) < cardinality(slots) LOOP
        SELECT jobs.id, jobs.ctid, coalesce(jobs.created_by, '') INTO found_id, place, caller
        FROM jobs
        WHERE jobs.status = 'queued' AND jobs.priority = class
          AND coalesce(jobs.created_by, '') COLLATE "C" > served_last
          AND jobs.next_retry_at IS NULL AND jobs.type = ANY (of_types)
          AND jobs.id <> ALL (found_ids)
        ORDER BY coalesce(jobs.created_by, '') COLLATE "C", jobs.created_at
        LIMIT 1
        FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            SELECT jobs.id, jobs.ctid, coalesce(jobs.created_by, '') INTO found_id, place, caller
            FROM jobs
            WHERE jobs.status = 'queued' AND jobs.priority = class
              AND coalesce(jobs.created_by, '') COLLATE "C" <= served_last
              AND jobs.next_retry_at IS NULL AND jobs.type = ANY (of_types)
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
          AND jobs.next_retry_at IS NULL AND jobs.type = ANY (of_types)
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
        progress_at = clock_timestamp()
    FROM unnest(places, found_ids, slots[1:cardinality(found_ids)]) AS placed (place, id, slot)
    -- Locked above, so that it lies there still.
    WHERE jobs.ctid = placed.place AND jobs.id = placed.id
    RETURNING jobs.*;
END
$$;
