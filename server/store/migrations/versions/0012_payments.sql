-- Payments and what is done with them.

CREATE TABLE corridor.payments (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    payment_id TEXT COLLATE "C" NOT NULL,
    state SMALLINT NOT NULL,
    connection_id TEXT COLLATE "C",
    provider_reference TEXT COLLATE "C",
    revision BIGINT NOT NULL,
    message BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, payment_id)
);
CREATE INDEX ix_payments_company_id_environment_connection_id_provid_cb6f ON corridor.payments (company_id, environment, connection_id, provider_reference) WHERE provider_reference IS NOT NULL;

-- Captures, increments, voids, reversals (act_…), and refunds (ref_…).
CREATE TABLE corridor.payment_actions (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    payment_action_id TEXT COLLATE "C" NOT NULL,
    payment_id TEXT COLLATE "C" NOT NULL,
    kind SMALLINT NOT NULL,
    state SMALLINT NOT NULL,
    connection_id TEXT COLLATE "C",
    provider_reference TEXT COLLATE "C",
    message BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, payment_action_id)
);
CREATE INDEX ix_payment_actions_company_id_environment_connection_id_80b3 ON corridor.payment_actions (company_id, environment, connection_id, provider_reference) WHERE provider_reference IS NOT NULL;
CREATE INDEX ix_payment_actions_company_id_environment_payment_id_pa_dc36 ON corridor.payment_actions (company_id, environment, payment_id, payment_action_id);
GRANT SELECT, INSERT, UPDATE ON corridor.payments, corridor.payment_actions TO corridor_app;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['payments', 'payment_actions'] LOOP
        EXECUTE format('ALTER TABLE corridor.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant ON corridor.%I TO corridor_app USING (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment())', name);
    END LOOP;
END $$;

-- Accepts a payment, whole or not at all: claims the key, inserts payment, audit row and event, schedules the dispatch.
-- Returns nothing when it was accepted, and what is stored with the key when the key was used before.
CREATE FUNCTION corridor.accept_payment(
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

-- As before, and of payments: one that moves, one of which something may yet be captured, and one that was captured for
-- as long as card schemes let it be disputed (540 days at most). What was done with a payment is open as long as it is.
CREATE OR REPLACE FUNCTION corridor.is_open(p_company text, p_env smallint, p_resource_id text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM corridor.payouts p WHERE p.company_id = p_company AND p.environment = p_env
            AND p.payout_id = p_resource_id
            AND (p.state IN (1, 2, 3, 4) OR (p.state = 5 AND p.update_time > now() - interval '90 days')))
        OR EXISTS (SELECT FROM corridor.payments p WHERE p.company_id = p_company AND p.environment = p_env
            AND p.payment_id IN (p_resource_id, (
                SELECT a.payment_id FROM corridor.payment_actions a WHERE a.company_id = p_company
                    AND a.environment = p_env AND a.payment_action_id = p_resource_id))
            AND (p.state IN (1, 2, 3, 4, 5) OR (p.state = 6 AND p.update_time > now() - interval '540 days')))
        OR EXISTS (SELECT FROM corridor.work_items w WHERE w.company_id = p_company AND w.environment = p_env
            AND w.resource_id = p_resource_id AND w.state = 1)
$$;

-- As before, and of a payment: what was done with it, and its disputes, which come with the next step.
CREATE OR REPLACE FUNCTION corridor.erasable_ids(p_company text, p_env smallint, p_resource_id text) RETURNS SETOF text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY WITH named AS (
        SELECT p_resource_id COLLATE "C" AS id
        UNION ALL SELECT p.payout_id FROM corridor.payouts p
        WHERE p.company_id = p_company AND p.environment = p_env AND p.beneficiary_id = p_resource_id
        UNION ALL SELECT a.payment_action_id FROM corridor.payment_actions a
        WHERE a.company_id = p_company AND a.environment = p_env AND a.payment_id = p_resource_id
        UNION ALL SELECT d.dispute_id FROM corridor.disputes d
        WHERE d.company_id = p_company AND d.environment = p_env AND d.payment_id = p_resource_id)
    SELECT n.id::text FROM named n
    UNION ALL SELECT a.approval_id::text FROM corridor.approvals a
    WHERE a.company_id = p_company AND a.environment = p_env AND a.resource_id IN (SELECT n.id FROM named n);
END $$;
-- As before, with the places where a payment's data stand.
CREATE OR REPLACE FUNCTION corridor.erase_value(
    p_erasure_id text, p_record text, p_key text[], p_field text, p_old_digest bytea, p_bytes bytea, p_text text)
RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
DECLARE
    v_company text := corridor.bound_company();
    v_env smallint := corridor.bound_environment();
    v_subject text;
    v_keys text[];
    v_where text := 't.resource_id';
    v_is_text boolean := p_field IN ('exchanges', 'detail', 'summary', 'resolution', 'response_excerpt');
    v_place text := p_record || '.' || p_field;
    v_changed integer;
BEGIN
    SELECT e.resource_id INTO v_subject FROM corridor.erasures e
    WHERE e.company_id = v_company AND e.environment = v_env AND e.erasure_id = p_erasure_id AND e.state = 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such erasure is running' USING ERRCODE = 'insufficient_privilege';
    END IF;
    CASE
        WHEN v_place = 'beneficiaries.message' THEN v_keys := '{beneficiary_id}'; v_where := 't.beneficiary_id';
        WHEN v_place = 'payouts.message' THEN v_keys := '{payout_id}'; v_where := 't.payout_id';
        WHEN v_place = 'payments.message' THEN v_keys := '{payment_id}'; v_where := 't.payment_id';
        WHEN v_place = 'payment_actions.message' THEN v_keys := '{payment_action_id}'; v_where := 't.payment_id';
        WHEN v_place = 'disputes.message' THEN v_keys := '{dispute_id}'; v_where := 't.payment_id';
        WHEN v_place = 'dispute_documents.content' THEN v_keys := '{dispute_document_id}'; v_where := 't.dispute_id';
        WHEN v_place = 'events.message' THEN v_keys := '{event_id}';
        WHEN v_place = 'observations.message' THEN v_keys := '{observation_id}';
        WHEN v_place IN ('attempts.exchanges', 'attempts.detail') THEN v_keys := '{attempt_id}';
        WHEN v_place IN ('inbound_deliveries.request', 'inbound_deliveries.detail') THEN
            v_keys := '{inbound_delivery_id}';
        WHEN v_place IN ('work_items.summary', 'work_items.resolution') THEN v_keys := '{work_item_id}';
        WHEN v_place = 'idempotency.response' THEN v_keys := '{method,key}';
        WHEN v_place IN ('approvals.request', 'approvals.message') THEN
            v_keys := '{approval_id}';
            v_where := 't.approval_id';
        WHEN v_place = 'delivery_tries.response_excerpt' THEN
            v_keys := '{delivery_id,try_number}';
            v_where := '(SELECT d.resource_id FROM corridor.deliveries d WHERE d.company_id = t.company_id '
                'AND d.environment = t.environment AND d.delivery_id = t.delivery_id)';
        ELSE RAISE EXCEPTION '% is none that is erased', v_place USING ERRCODE = 'insufficient_privilege';
    END CASE;
    EXECUTE format(
        'UPDATE corridor.%I t SET %I = %s WHERE t.company_id = $1 AND t.environment = $2 AND t.%I::text = $3[1] %s '
        'AND sha256(%s) = $4 AND %s IN (SELECT i COLLATE "C" FROM corridor.erasable_ids($1, $2, $7) i)',
        p_record, p_field, CASE WHEN v_is_text THEN '$6' ELSE '$5' END, v_keys[1],
        CASE WHEN v_keys[2] IS NULL THEN '' ELSE format('AND t.%I::text = $3[2]', v_keys[2]) END,
        format(CASE WHEN v_is_text THEN 'convert_to(t.%I, ''UTF8'')' ELSE 't.%I' END, p_field), v_where)
        USING v_company, v_env, p_key, p_old_digest, p_bytes, p_text, v_subject;
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    IF v_changed = 0 THEN
        RETURN false;
    END IF;
    INSERT INTO corridor.erased_values (company_id, environment, erasure_id, record, key, field, old_digest, new_digest,
        create_time)
    VALUES (v_company, v_env, p_erasure_id, p_record, p_key, p_field, p_old_digest,
        sha256(CASE WHEN v_is_text THEN convert_to(p_text, 'UTF8') ELSE p_bytes END), clock_timestamp());
    RETURN true;
END $$;
