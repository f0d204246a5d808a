-- The clock of a sandbox company.

-- How far a company's time is ahead of real time.
CREATE TABLE corridor.sandbox_clocks (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    ahead_seconds BIGINT NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment)
);

-- Each time that it was put forward. A key's advance is found again when its call broke off before the answer.
CREATE TABLE corridor.sandbox_advances (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    sandbox_advance_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C",
    fingerprint BYTEA,
    seconds BIGINT NOT NULL,
    ahead_seconds BIGINT NOT NULL,
    moved_work BIGINT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, sandbox_advance_id)
);
CREATE UNIQUE INDEX ix_sandbox_advances_key ON corridor.sandbox_advances (company_id, environment, key);

-- How far an account at a provider has followed, and to where it is being moved at the moment: whoever finds that asks
-- for the same again, which the provider does once.
CREATE TABLE corridor.sandbox_connections (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    ahead_seconds BIGINT NOT NULL,
    moving_to_seconds BIGINT,
    error TEXT NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, connection_id)
);

-- Companies that got a connection without asking, once: what they do with it afterwards is theirs. Beside it, where the
-- simulator was and where it sends its webhooks, as the connection was last set up; empty before that.
CREATE TABLE corridor.sandbox_provisions (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    connection_id TEXT COLLATE "C",
    sandbox_url TEXT NOT NULL,
    webhook_url TEXT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment)
);
GRANT SELECT, INSERT, UPDATE ON corridor.sandbox_clocks, corridor.sandbox_advances, corridor.sandbox_connections,
    corridor.sandbox_provisions TO corridor_app;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['sandbox_clocks', 'sandbox_advances', 'sandbox_connections', 'sandbox_provisions'] LOOP
        EXECUTE format('ALTER TABLE corridor.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant ON corridor.%I TO corridor_app USING (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment())', name);
    END LOOP;
END $$;

-- By how much the clock was put forward while a worker held the work: it comes again so much sooner.
ALTER TABLE corridor.work ADD COLUMN advanced_seconds BIGINT;

-- What time it is for the bound company. In the live environment that is the time.
CREATE FUNCTION corridor.company_now(p_company text, p_env smallint) RETURNS timestamptz
LANGUAGE sql VOLATILE AS $$
    SELECT clock_timestamp() + CASE WHEN p_env = 1 THEN make_interval(secs => coalesce((
        SELECT c.ahead_seconds FROM corridor.sandbox_clocks c WHERE c.company_id = p_company AND c.environment = p_env
        ), 0)) ELSE interval '0' END
$$;

-- When it really was that the clock of the bound company showed a time: the start of a window of virtual time, among ids,
-- which know real time alone. Times that were skipped began when they were skipped.
CREATE FUNCTION corridor.real_time(p_company text, p_env smallint, p_time timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN p_env <> 1 THEN p_time ELSE coalesce(
        (SELECT greatest(a.create_time, p_time - make_interval(secs => a.ahead_seconds))
            FROM corridor.sandbox_advances a WHERE a.company_id = p_company AND a.environment = p_env
                AND a.create_time + make_interval(secs => a.ahead_seconds - a.seconds) <= p_time
            ORDER BY a.ahead_seconds DESC LIMIT 1), p_time) END
$$;

-- As before, by the companies' own clocks.
CREATE OR REPLACE FUNCTION corridor.due_consents(p_limit integer)
RETURNS TABLE (company_id text, environment smallint, consent_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    (SELECT c.company_id, c.environment, c.consent_id FROM corridor.consents c
        WHERE c.state = 1 AND c.expire_time <= now() ORDER BY c.expire_time LIMIT p_limit)
    UNION
    (SELECT c.company_id, c.environment, c.consent_id FROM corridor.consents c
        WHERE c.state = 1 AND c.reconsent_time <= now() ORDER BY c.reconsent_time LIMIT p_limit)
    UNION
    (SELECT c.company_id, c.environment, c.consent_id FROM corridor.sandbox_clocks s
        JOIN corridor.consents c ON c.company_id = s.company_id AND c.environment = s.environment
        WHERE c.state = 1
            AND least(c.expire_time, c.reconsent_time) <= now() + make_interval(secs => s.ahead_seconds) LIMIT p_limit)
$$;
CREATE OR REPLACE FUNCTION corridor.due_approvals(p_limit integer)
RETURNS TABLE (company_id text, environment smallint, approval_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    (SELECT a.company_id, a.environment, a.approval_id FROM corridor.approvals a
        WHERE a.state = 1 AND a.expire_time <= now() ORDER BY a.expire_time LIMIT p_limit)
    UNION
    (SELECT a.company_id, a.environment, a.approval_id FROM corridor.approvals a
        WHERE a.state = 1 AND a.escalate_time <= now() ORDER BY a.escalate_time LIMIT p_limit)
    UNION
    (SELECT a.company_id, a.environment, a.approval_id FROM corridor.sandbox_clocks s
        JOIN corridor.approvals a ON a.company_id = s.company_id AND a.environment = s.environment
        WHERE a.state = 1
            AND least(a.expire_time, a.escalate_time) <= now() + make_interval(secs => s.ahead_seconds) LIMIT p_limit)
$$;

-- As before, in windows of the company's own time.
CREATE OR REPLACE FUNCTION corridor.check_spending(
    p_company text, p_env smallint, p_payout_id text, p_currency_code text, p_amount_minor bigint, p_limits jsonb)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    spending record;
    v_count bigint;
    v_amount numeric;
    v_since text COLLATE "C";
    v_ahead bigint := 0;
BEGIN
    IF p_env = 1 THEN
        SELECT c.ahead_seconds INTO v_ahead FROM corridor.sandbox_clocks c
            WHERE c.company_id = p_company AND c.environment = p_env;
    END IF;
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
        -- Ids know real time alone: in a sandbox that was put forward, the window begins when it really began.
        IF v_ahead > 0 THEN
            v_since := corridor.id_at('po', corridor.real_time(p_company, p_env, now()
                + make_interval(secs => v_ahead - coalesce(spending.seconds, 0))));
        END IF;
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
