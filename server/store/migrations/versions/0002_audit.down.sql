-- Takes the step back: the rows stay, what the first release knew of them.
DROP FUNCTION corridor.record_audit, corridor.accept_payout, corridor.ensure_audit_partitions,
    corridor.drop_audit_partitions, corridor.trim_audit_chain, corridor.audit_kept_from, corridor.record_calls, corridor.find_owner,
    corridor.audit_window, corridor.audit_unsealed, corridor.audit_sealed, corridor.audit_lanes, corridor.audit_months;
DROP TABLE corridor.audit_chain, corridor.audit_checkpoints, corridor.audit_horizon;
ALTER TABLE corridor.audit SET SCHEMA corridor_audit;
CREATE TABLE corridor.audit (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    audit_entry_id TEXT COLLATE "C" NOT NULL,
    action TEXT NOT NULL,
    method TEXT NOT NULL,
    caller_id TEXT COLLATE "C" NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    outcome SMALLINT NOT NULL,
    reason TEXT NOT NULL,
    request_id TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, audit_entry_id)
);
CREATE INDEX ix_audit_company_id_environment_resource_id_audit_entry_id ON corridor.audit (company_id, environment, resource_id, audit_entry_id);
INSERT INTO corridor.audit
SELECT company_id, environment, audit_entry_id, action, method, caller_id, resource_id, outcome, reason, request_id,
    correlation_id, create_time FROM corridor_audit.audit;
DROP TABLE corridor_audit.audit;
DROP SCHEMA corridor_audit;
ALTER TABLE corridor.audit ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON corridor.audit TO corridor_app USING (company_id = corridor.bound_company()
    AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company()
    AND environment = corridor.bound_environment());
GRANT SELECT, INSERT ON corridor.audit TO corridor_app;

-- Records what a caller asked for and that it was done.
CREATE FUNCTION corridor.record_audit(
    p_company text, p_env smallint, p_audit_entry_id text, p_action text, p_method text, p_caller_id text,
    p_resource_id text, p_outcome smallint, p_reason text, p_request_id text, p_correlation_id text)
RETURNS void LANGUAGE sql VOLATILE
BEGIN ATOMIC
    INSERT INTO corridor.audit VALUES (p_company, p_env, p_audit_entry_id, p_action, p_method, p_caller_id,
        p_resource_id, p_outcome, p_reason, p_request_id, p_correlation_id, now());
END;

-- Accepts a payout, whole or not at all: claims the key, inserts payout, audit row and event, schedules the dispatch.
-- Returns nothing when it was accepted, and what is stored with the key when the key was used before.
CREATE FUNCTION corridor.accept_payout(
    p_company text, p_env smallint, p_method text, p_key text, p_fingerprint bytea, p_response bytea,
    p_payout_id text, p_state smallint, p_beneficiary_id text, p_message bytea, p_time timestamptz,
    p_event_id text, p_event_type text, p_event bytea, p_audit_entry_id text, p_action text, p_caller_id text,
    p_request_id text, p_correlation_id text, p_traceparent text, p_work_kind text)
RETURNS TABLE (fingerprint bytea, status bytea, response bytea) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('corridor.company_id', p_company, true), set_config('corridor.environment', p_env::text, true);
    -- The database's time, not the server's: a server whose clock is wrong must not let keys be forgotten early.
    INSERT INTO corridor.idempotency VALUES (
        p_company, p_env, p_method, p_key, p_fingerprint, NULL, p_response, p_payout_id, now())
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN QUERY SELECT i.fingerprint, i.status, i.response FROM corridor.idempotency i
            WHERE i.company_id = p_company AND i.environment = p_env AND i.method = p_method AND i.key = p_key;
        IF NOT FOUND THEN  -- the key was forgotten just now: no row would mean that the payout was accepted
            RAISE EXCEPTION 'the key was forgotten meanwhile' USING ERRCODE = 'serialization_failure';
        END IF;
        RETURN;
    END IF;
    INSERT INTO corridor.payouts VALUES (
        p_company, p_env, p_payout_id, p_state, p_beneficiary_id, NULL, NULL, 1, p_message, p_time, p_time);
    INSERT INTO corridor.audit VALUES (p_company, p_env, p_audit_entry_id, p_action, p_method, p_caller_id,
        p_payout_id, 1, '', p_request_id, p_correlation_id, now());
    PERFORM corridor.publish(p_company, p_env, p_event_id, p_payout_id, 1, p_event_type, p_event,
        p_correlation_id, p_traceparent);
    IF p_work_kind <> '' THEN
        PERFORM corridor.schedule(p_company, p_env, p_work_kind, p_work_kind || '/' || p_payout_id, p_payout_id, now(),
            p_correlation_id, p_traceparent);
    END IF;
END $$;
