-- Takes the step back: every endpoint is told in the first version again.
ALTER TABLE corridor.webhook_endpoints DROP COLUMN payload_version;
CREATE OR REPLACE FUNCTION corridor.accept_payout(
    p_company text, p_env smallint, p_method text, p_key text, p_fingerprint bytea, p_response bytea,
    p_payout_id text, p_state smallint, p_beneficiary_id text, p_message bytea, p_time timestamptz,
    p_event_id text, p_event_type text, p_event bytea, p_audit_entry_id text, p_action text, p_caller_id text,
    p_request_id text, p_correlation_id text, p_traceparent text, p_work_kind text,
    p_caller_kind smallint, p_subject text, p_client_ip text, p_claimed text, p_approval_id text, p_request_digest bytea,
    p_amount_minor bigint DEFAULT 0, p_currency_code text DEFAULT '', p_rail smallint DEFAULT 0, p_limits jsonb DEFAULT NULL)
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
    IF p_limits IS NOT NULL THEN  -- after the key: what repeats a call is no second spending
        PERFORM corridor.check_spending(p_company, p_env, p_payout_id, p_currency_code, p_amount_minor, p_limits);
    END IF;
    INSERT INTO corridor.payouts VALUES (
        p_company, p_env, p_payout_id, p_state, p_beneficiary_id, NULL, NULL, 1, p_message, p_time, p_time,
        p_amount_minor, p_currency_code, p_rail);
    INSERT INTO corridor.audit VALUES (p_company, p_env, p_audit_entry_id, p_action, p_method, p_caller_id,
        p_payout_id, 1, '', p_request_id, p_correlation_id, now(), p_caller_kind, p_subject, p_client_ip, p_claimed,
        p_approval_id, p_request_digest, '', '', '', '');
    PERFORM corridor.publish(p_company, p_env, p_event_id, p_payout_id, 1, p_event_type, p_event,
        p_correlation_id, p_traceparent);
    IF p_work_kind <> '' THEN
        PERFORM corridor.schedule(p_company, p_env, p_work_kind, p_work_kind || '/' || p_payout_id, p_payout_id, now(),
            p_correlation_id, p_traceparent);
    END IF;
END $$;
CREATE OR REPLACE FUNCTION corridor.accept_payment(
    p_company text, p_env smallint, p_method text, p_key text, p_fingerprint bytea, p_response bytea,
    p_payment_id text, p_state smallint, p_message bytea, p_time timestamptz,
    p_event_id text, p_event_type text, p_event bytea, p_audit_entry_id text, p_action text, p_caller_id text,
    p_request_id text, p_correlation_id text, p_traceparent text, p_work_kind text,
    p_caller_kind smallint, p_subject text, p_client_ip text, p_claimed text, p_approval_id text, p_request_digest bytea)
RETURNS TABLE (fingerprint bytea, status bytea, response bytea) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('corridor.company_id', p_company, true), set_config('corridor.environment', p_env::text, true);
    -- The database's time, not the server's: a server whose clock is wrong must not let keys be forgotten early.
    INSERT INTO corridor.idempotency VALUES (
        p_company, p_env, p_method, p_key, p_fingerprint, NULL, p_response, p_payment_id, now())
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN QUERY SELECT i.fingerprint, i.status, i.response FROM corridor.idempotency i
            WHERE i.company_id = p_company AND i.environment = p_env AND i.method = p_method AND i.key = p_key;
        IF NOT FOUND THEN  -- the key was forgotten just now: no row would mean that the payment was accepted
            RAISE EXCEPTION 'the key was forgotten meanwhile' USING ERRCODE = 'serialization_failure';
        END IF;
        RETURN;
    END IF;
    INSERT INTO corridor.payments VALUES (
        p_company, p_env, p_payment_id, p_state, NULL, NULL, 1, p_message, p_time, p_time);
    INSERT INTO corridor.audit VALUES (p_company, p_env, p_audit_entry_id, p_action, p_method, p_caller_id,
        p_payment_id, 1, '', p_request_id, p_correlation_id, now(), p_caller_kind, p_subject, p_client_ip, p_claimed,
        p_approval_id, p_request_digest, '', '', '', '');
    PERFORM corridor.publish(p_company, p_env, p_event_id, p_payment_id, 1, p_event_type, p_event,
        p_correlation_id, p_traceparent);
    PERFORM corridor.schedule(p_company, p_env, p_work_kind, p_work_kind || '/' || p_payment_id, p_payment_id, now(),
        p_correlation_id, p_traceparent);
END $$;
