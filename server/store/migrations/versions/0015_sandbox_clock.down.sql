-- Takes the step back.

CREATE OR REPLACE FUNCTION corridor.due_consents(p_limit integer)
RETURNS TABLE (company_id text, environment smallint, consent_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    (SELECT c.company_id, c.environment, c.consent_id FROM corridor.consents c
        WHERE c.state = 1 AND c.expire_time <= now() ORDER BY c.expire_time LIMIT p_limit)
    UNION
    (SELECT c.company_id, c.environment, c.consent_id FROM corridor.consents c
        WHERE c.state = 1 AND c.reconsent_time <= now() ORDER BY c.reconsent_time LIMIT p_limit)
$$;
CREATE OR REPLACE FUNCTION corridor.due_approvals(p_limit integer)
RETURNS TABLE (company_id text, environment smallint, approval_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    (SELECT a.company_id, a.environment, a.approval_id FROM corridor.approvals a
        WHERE a.state = 1 AND a.expire_time <= now() ORDER BY a.expire_time LIMIT p_limit)
    UNION
    (SELECT a.company_id, a.environment, a.approval_id FROM corridor.approvals a
        WHERE a.state = 1 AND a.escalate_time <= now() ORDER BY a.escalate_time LIMIT p_limit)
$$;
CREATE OR REPLACE FUNCTION corridor.check_spending(
    p_company text, p_env smallint, p_payout_id text, p_currency_code text, p_amount_minor bigint, p_limits jsonb)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    spending record;
    v_count bigint;
    v_amount numeric;
    v_since text COLLATE "C";
BEGIN
    BEGIN
        PERFORM pg_advisory_xact_lock(k.key) FROM (
            SELECT DISTINCT hashtextextended(concat_ws('/', 'spending', p_company, p_env, p_currency_code,
                l.beneficiary_id, l.rail), 0) AS key
            FROM jsonb_to_recordset(p_limits) AS l (beneficiary_id text, rail smallint) ORDER BY 1 OFFSET 0) AS k;
    EXCEPTION WHEN lock_not_available THEN  -- not the wait for the key, which callers are told of otherwise
        RAISE EXCEPTION 'others spend out of the same limit' USING ERRCODE = 'CR002';
    END;
    FOR spending IN SELECT * FROM jsonb_to_recordset(p_limits)
        AS l (name text, beneficiary_id text, rail smallint, since text, seconds double precision, count bigint, amount bigint)
    LOOP
        -- A clock that is ahead must not make the window begin after what was spent in it.
        v_since := least(spending.since, corridor.id_at('po', now() - make_interval(secs => coalesce(spending.seconds, 0))));
        IF spending.beneficiary_id = '' THEN
            SELECT s.count, s.amount INTO v_count, v_amount FROM corridor.spent_at_most(
                p_company, p_env, p_currency_code, spending.rail, corridor.payout_slot(v_since)) s;
            CONTINUE WHEN (spending.count = 0 OR v_count + 1 <= spending.count)
                AND (spending.amount = 0 OR v_amount + p_amount_minor <= spending.amount);
        END IF;
        -- Not failed (6), returned (7) or cancelled (8). Ids are in the order of time.
        IF spending.beneficiary_id = '' THEN
            SELECT count(*), coalesce(sum(p.amount_minor), 0) INTO v_count, v_amount FROM corridor.payouts p
            WHERE p.company_id = p_company AND p.environment = p_env AND p.payout_id >= v_since
                AND p.currency_code = p_currency_code AND p.state NOT IN (6, 7, 8)
                AND (spending.rail = 0 OR p.rail = spending.rail);
        ELSE
            SELECT count(*), coalesce(sum(p.amount_minor), 0) INTO v_count, v_amount FROM corridor.payouts p
            WHERE p.company_id = p_company AND p.environment = p_env AND p.beneficiary_id = spending.beneficiary_id
                AND p.payout_id >= v_since
                AND p.currency_code = p_currency_code AND p.state NOT IN (6, 7, 8)
                AND (spending.rail = 0 OR p.rail = spending.rail);
        END IF;
        IF (spending.count > 0 AND v_count + 1 > spending.count)
            OR (spending.amount > 0 AND v_amount + p_amount_minor > spending.amount) THEN
            RAISE EXCEPTION 'a spending limit is reached' USING ERRCODE = 'CR001',
                DETAIL = jsonb_build_object('name', spending.name, 'count', v_count, 'amount', v_amount)::text;
        END IF;
    END LOOP;
    -- A server whose clock is slow puts the payout into a slot that is summed: it is summed anew, with it.
    DELETE FROM corridor.spending_slots s WHERE s.company_id = p_company AND s.environment = p_env
        AND s.currency_code = p_currency_code AND s.slot = corridor.payout_slot(p_payout_id);
END $$;
DROP FUNCTION corridor.real_time, corridor.company_now;
ALTER TABLE corridor.work DROP COLUMN advanced_seconds;
DROP TABLE corridor.sandbox_provisions, corridor.sandbox_connections, corridor.sandbox_advances, corridor.sandbox_clocks;
