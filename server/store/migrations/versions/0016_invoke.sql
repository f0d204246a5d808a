-- Provider calls with one statement before and one after.
--
-- Both take what was read of the payout before (its stored bytes, which are other ones after every write) and do
-- nothing where it has changed since: then whoever calls takes the long way, with the row locked.

-- Records that a provider is about to be called for a payout, and over which connection it goes.
CREATE FUNCTION corridor.begin_payout(
    p_company text, p_env smallint, p_payout_id text, p_before bytea, p_message bytea,
    p_attempt_id text, p_connection_id text, p_provider text, p_operation text, p_correlation_id text)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_rail smallint;
BEGIN
    SELECT p.rail INTO v_rail FROM corridor.payouts p
        WHERE p.company_id = p_company AND p.environment = p_env AND p.payout_id = p_payout_id AND p.message = p_before
        FOR UPDATE;
    -- The lock comes first: what is read after it sees every attempt of whoever held it before.
    IF NOT FOUND OR EXISTS (SELECT FROM corridor.attempts a WHERE a.company_id = p_company AND a.environment = p_env
            AND a.resource_id = p_payout_id AND a.operation = p_operation AND a.outcome IN (0, 1, 4, 6))
        OR NOT corridor.may_send(p_company, p_env, p_connection_id, 'payouts', v_rail) THEN
        RETURN false;
    END IF;
    UPDATE corridor.payouts SET connection_id = p_connection_id, message = p_message
        WHERE company_id = p_company AND environment = p_env AND payout_id = p_payout_id;
    INSERT INTO corridor.attempts VALUES (p_company, p_env, p_attempt_id, p_payout_id, p_connection_id, p_provider,
        p_operation, 0, '', '', '[]', p_correlation_id, clock_timestamp(), NULL);
    RETURN true;
END $$;

-- Takes in what a provider said of a payout, and closes the attempt by which it said so. No message: the payout stays
-- as it is. No event or work kind: none is published or scheduled.
CREATE FUNCTION corridor.conclude_payout(
    p_company text, p_env smallint, p_payout_id text, p_before bytea,
    p_attempt_id text, p_outcome smallint, p_code text, p_detail text, p_exchanges text,
    p_observation_id text, p_source smallint, p_source_id text, p_verdict smallint, p_observation bytea,
    p_state smallint, p_reference text, p_revision bigint, p_message bytea, p_time timestamptz,
    p_event_id text, p_event_type text, p_event bytea, p_work_kind text, p_after_seconds double precision,
    p_correlation_id text, p_traceparent text)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM FROM corridor.payouts p
        WHERE p.company_id = p_company AND p.environment = p_env AND p.payout_id = p_payout_id AND p.message = p_before
        FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO corridor.observations VALUES (p_company, p_env, p_observation_id, p_payout_id, p_source, p_source_id,
        p_verdict, p_observation, p_correlation_id, clock_timestamp());
    IF p_message IS NOT NULL THEN
        UPDATE corridor.payouts SET state = p_state, provider_reference = p_reference, revision = p_revision,
            message = p_message, update_time = p_time
            WHERE company_id = p_company AND environment = p_env AND payout_id = p_payout_id;
    END IF;
    IF p_event_id <> '' THEN
        PERFORM corridor.publish(p_company, p_env, p_event_id, p_payout_id, p_revision, p_event_type, p_event,
            p_correlation_id, p_traceparent);
    END IF;
    IF p_work_kind <> '' THEN
        PERFORM corridor.schedule(p_company, p_env, p_work_kind, p_work_kind || '/' || p_payout_id, p_payout_id,
            clock_timestamp() + make_interval(secs => p_after_seconds), p_correlation_id, p_traceparent);
    END IF;
    UPDATE corridor.attempts SET outcome = p_outcome, code = p_code, detail = p_detail, exchanges = p_exchanges,
        end_time = clock_timestamp()
        WHERE company_id = p_company AND environment = p_env AND attempt_id = p_attempt_id AND outcome = 0;
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION corridor.begin_payout, corridor.conclude_payout FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.begin_payout, corridor.conclude_payout TO corridor_app;
