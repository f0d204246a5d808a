-- Connections that are tried in the shadow of others.

-- What came of it. `rule_name` is empty for the route; `fields` are the names of the fields that differ.
CREATE TABLE corridor.shadow_comparisons (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    shadow_comparison_id TEXT COLLATE "C" NOT NULL,
    domain TEXT COLLATE "C" NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    rule_name TEXT COLLATE "C" NOT NULL,
    difference_class SMALLINT NOT NULL,
    fields TEXT[] NOT NULL,
    message BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, shadow_comparison_id)
);
CREATE UNIQUE INDEX ix_shadow_comparisons_resource
    ON corridor.shadow_comparisons (company_id, environment, resource_id, connection_id);
CREATE INDEX ix_shadow_comparisons_connection
    ON corridor.shadow_comparisons (company_id, environment, connection_id, create_time);
CREATE INDEX ix_shadow_comparisons_time ON corridor.shadow_comparisons (create_time);
GRANT SELECT, INSERT, UPDATE ON corridor.shadow_comparisons TO corridor_app;
ALTER TABLE corridor.shadow_comparisons ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON corridor.shadow_comparisons TO corridor_app
    USING (company_id = corridor.bound_company() AND environment = corridor.bound_environment())
    WITH CHECK (company_id = corridor.bound_company() AND environment = corridor.bound_environment());

-- Work that is done when nothing else is due (state 3) stands in an index of its own: claims of other work do not walk
-- over it, however much there is.
CREATE INDEX ix_work_idle ON corridor.work (run_time) WHERE state = 3;

-- Schedules a piece of work for when nothing else is due.
CREATE FUNCTION corridor.schedule_idle(
    p_company text, p_env smallint, p_kind text, p_resource_id text, p_run_time timestamptz, p_correlation_id text,
    p_traceparent text)
RETURNS void LANGUAGE sql VOLATILE
BEGIN ATOMIC
    INSERT INTO corridor.work (company_id, environment, kind, lane, resource_id, state, tries, run_time,
        correlation_id, traceparent, error, create_time)
    VALUES (p_company, p_env, p_kind, p_kind || '/' || p_resource_id, p_resource_id, 3, 0, p_run_time,
        p_correlation_id, p_traceparent, '', now());
END;

-- As before, and schedules that the payout is tried in the shadow of the connection that was used.
CREATE FUNCTION corridor.conclude_payout(
    p_company text, p_env smallint, p_payout_id text, p_before bytea,
    p_attempt_id text, p_outcome smallint, p_code text, p_detail text, p_exchanges text,
    p_observation_id text, p_source smallint, p_source_id text, p_verdict smallint, p_observation bytea,
    p_state smallint, p_reference text, p_revision bigint, p_message bytea, p_time timestamptz,
    p_event_id text, p_event_type text, p_event bytea, p_work_kind text, p_after_seconds double precision,
    p_correlation_id text, p_traceparent text, p_shadow_kind text)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF NOT corridor.conclude_payout(p_company, p_env, p_payout_id, p_before, p_attempt_id, p_outcome, p_code, p_detail,
            p_exchanges, p_observation_id, p_source, p_source_id, p_verdict, p_observation, p_state, p_reference,
            p_revision, p_message, p_time, p_event_id, p_event_type, p_event, p_work_kind, p_after_seconds,
            p_correlation_id, p_traceparent) THEN
        RETURN false;
    END IF;
    PERFORM corridor.schedule_idle(p_company, p_env, p_shadow_kind, p_payout_id, clock_timestamp(), p_correlation_id,
        p_traceparent);
    RETURN true;
END $$;

-- Removes up to p_limit comparisons of all companies that are older than 90 days: they are measurements, and no record
-- of what was done.
CREATE FUNCTION corridor.forget_shadows(p_limit integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH gone AS (
        DELETE FROM corridor.shadow_comparisons c USING (
            SELECT s.ctid FROM corridor.shadow_comparisons s WHERE s.create_time < now() - interval '90 days'
            ORDER BY s.create_time LIMIT p_limit FOR UPDATE SKIP LOCKED) old
        WHERE c.ctid = old.ctid RETURNING 1)
    SELECT count(*) FROM gone
$$;

-- Erasures overwrite what stands in comparisons, too.
DO $do$
DECLARE definition text := pg_get_functiondef('corridor.erase_value'::regproc);
    before text := $q$WHEN v_place = 'observations.message' THEN$q$;
    now text := $q$WHEN v_place = 'shadow_comparisons.message' THEN v_keys := '{shadow_comparison_id}';
        $q$;
BEGIN
    ASSERT position(before IN definition) > 0;
    EXECUTE replace(definition, before, now || before);
END $do$;

REVOKE ALL ON FUNCTION corridor.schedule_idle, corridor.forget_shadows,
    corridor.conclude_payout(text, smallint, text, bytea, text, smallint, text, text, text, text, smallint, text,
        smallint, bytea, smallint, text, bigint, bytea, timestamptz, text, text, bytea, text, double precision, text, text,
        text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.schedule_idle, corridor.forget_shadows,
    corridor.conclude_payout(text, smallint, text, bytea, text, smallint, text, text, text, text, smallint, text,
        smallint, bytea, smallint, text, bigint, bytea, timestamptz, text, text, bytea, text, double precision, text, text,
        text)
    TO corridor_app;
