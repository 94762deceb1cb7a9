-- Callers take turns: within a priority the index leads from caller to caller, and to the oldest job of each. Jobs that
-- wait for their time, or for an import before them, are not in it, since a claim would read all of them to find what is
-- behind them: the next claim after their time puts them there.
DROP FUNCTION due_jobs(text[], integer);
DROP INDEX jobs_claim_order;
CREATE INDEX jobs_claim_order ON jobs (priority DESC, (coalesce(created_by, '')) COLLATE "C", created_at)
    WHERE status = 'queued' AND next_retry_at IS NULL;
CREATE INDEX jobs_next_retry_at ON jobs (next_retry_at) WHERE status = 'queued' AND next_retry_at IS NOT NULL;
COMMENT ON COLUMN jobs.priority IS 'Higher is claimed first; of equal ones callers have one each in turn, the oldest';

-- Statistics lag behind a queue that fills within seconds, and a plan made for a short one that reads all that waits
-- costs the more the more waits. The settings leave one plan to each statement, whatever is known of the table: what is
-- looked for comes in the order of its index, and what was found is updated where it lies.
CREATE FUNCTION claim_jobs(
    of_types text[], for_worker text, slots integer[], lease interval, least_attempts integer,
    served_priorities integer[], served_callers text[]
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
    served_last text;
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
        -- Each priority has turns of its own: urgent jobs must not lead the others past somebody who waits.
        served_last := coalesce(served_callers[array_position(served_priorities, class::integer)], '');
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
COMMENT ON FUNCTION claim_jobs IS 'Gives each slot the next job that is due, by priority, callers in turn after the one served last in it; leaves out what somebody else is claiming';

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

CREATE FUNCTION next_job_due(of_types text[]) RETURNS timestamptz
    LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET enable_indexscan = on
    SET enable_sort = off
AS $$
BEGIN
    RETURN least(
        (SELECT jobs.next_retry_at
         FROM jobs
         WHERE jobs.status = 'queued' AND jobs.next_retry_at < 'infinity' AND jobs.type = ANY (of_types)
         ORDER BY jobs.next_retry_at
         LIMIT 1),
        (SELECT clock_timestamp()
         FROM jobs
         WHERE jobs.status = 'queued' AND jobs.next_retry_at IS NULL AND jobs.type = ANY (of_types)
         ORDER BY jobs.priority DESC
         LIMIT 1));
END
$$;
COMMENT ON FUNCTION next_job_due IS 'When the next job waits for a worker; NULL: none will';
