-- A caller's jobs are read from their first once a claim, not once for each slot: where a long transaction keeps the
-- entries of jobs that ended in the index, each such reading passes all of them.
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
    -- In the order of bytes nothing is between a text and the same text with the first letter behind it.
    first_letter CONSTANT text := E'\001';
    last_of_all CONSTANT text := U&'\+10FFFF';
    class bigint := 2147483648;
    found_ids uuid[] := '{}';
    places tid[];
    -- Those who have had a job in this claim, and how far theirs are read.
    callers text[];
    read_to timestamptz[];
    from_caller text;
    to_caller text;
    turn integer;
    candidate record;
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
        SELECT jobs.priority INTO class
        FROM jobs
        WHERE jobs.status = 'queued' AND jobs.priority < class
          AND jobs.next_retry_at IS NULL AND jobs.type = ANY (of_types)
        ORDER BY jobs.priority DESC
        LIMIT 1;
        EXIT WHEN NOT FOUND;
        callers := '{}';
        read_to := '{}';
        -- The first round leads from caller to caller: behind the one served last, then from the start up to that one.
        FOREACH to_caller IN ARRAY ARRAY[last_of_all, served_last] LOOP
            from_caller := CASE WHEN to_caller = last_of_all THEN served_last || first_letter ELSE '' END;
            WHILE cardinality(found_ids) < cardinality(slots) LOOP
                SELECT jobs.id, jobs.ctid AS place, coalesce(jobs.created_by, '') AS caller, jobs.created_at INTO candidate
                FROM jobs
                WHERE jobs.status = 'queued' AND jobs.priority = class
                  AND coalesce(jobs.created_by, '') COLLATE "C" >= from_caller
                  AND coalesce(jobs.created_by, '') COLLATE "C" <= to_caller
                  AND jobs.next_retry_at IS NULL AND jobs.type = ANY (of_types)
                ORDER BY coalesce(jobs.created_by, '') COLLATE "C", jobs.created_at
                LIMIT 1
                FOR UPDATE SKIP LOCKED;
                EXIT WHEN NOT FOUND;
                found_ids := found_ids || candidate.id;
                places := places || candidate.place;
                callers := callers || candidate.caller;
                read_to := read_to || candidate.created_at;
                from_caller := candidate.caller || first_letter;
            END LOOP;
        END LOOP;
        served_last := coalesce(callers[cardinality(callers)], served_last);
        -- The other rounds go on where each caller's jobs are read to.
        turn := 1;
        WHILE cardinality(found_ids) < cardinality(slots) AND cardinality(callers) > 0 LOOP
            SELECT jobs.id, jobs.ctid AS place, jobs.created_at INTO candidate
            FROM jobs
            WHERE jobs.status = 'queued' AND jobs.priority = class
              AND coalesce(jobs.created_by, '') COLLATE "C" = callers[turn] AND jobs.created_at >= read_to[turn]
              AND jobs.next_retry_at IS NULL AND jobs.type = ANY (of_types)
              AND jobs.id <> ALL (found_ids)
            ORDER BY jobs.created_at
            LIMIT 1
            FOR UPDATE SKIP LOCKED;
            IF FOUND THEN
                found_ids := found_ids || candidate.id;
                places := places || candidate.place;
                read_to[turn] := candidate.created_at;
                served_last := callers[turn];
                turn := turn + 1;
            ELSE
                callers := callers[:turn - 1] || callers[turn + 1:];
                read_to := read_to[:turn - 1] || read_to[turn + 1:];
            END IF;
            turn := CASE WHEN turn > cardinality(callers) THEN 1 ELSE turn END;
        END LOOP;
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
