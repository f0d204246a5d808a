-- Takes the step back.

CREATE OR REPLACE FUNCTION corridor.is_open(p_company text, p_env smallint, p_resource_id text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM corridor.payouts p WHERE p.company_id = p_company AND p.environment = p_env
            AND p.payout_id = p_resource_id
            AND (p.state IN (1, 2, 3, 4) OR (p.state = 5 AND p.update_time > now() - interval '90 days')))
        OR EXISTS (SELECT FROM corridor.work_items w WHERE w.company_id = p_company AND w.environment = p_env
            AND w.resource_id = p_resource_id AND w.state = 1)
$$;
CREATE OR REPLACE FUNCTION corridor.erasable_ids(p_company text, p_env smallint, p_resource_id text) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
    WITH named AS (
        SELECT p_resource_id COLLATE "C" AS id
        UNION ALL SELECT p.payout_id FROM corridor.payouts p
        WHERE p.company_id = p_company AND p.environment = p_env AND p.beneficiary_id = p_resource_id)
    SELECT n.id FROM named n
    UNION ALL SELECT a.approval_id FROM corridor.approvals a
    WHERE a.company_id = p_company AND a.environment = p_env AND a.resource_id IN (SELECT n.id FROM named n)
$$;
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
DROP FUNCTION corridor.accept_payment;
DROP TABLE corridor.payment_actions, corridor.payments;
