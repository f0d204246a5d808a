-- Allowances that all processes share; spending limits in the accepting statement; whose turn it is with a chore.

-- When each chore was last finished. No company's: only the functions below touch it.
CREATE TABLE corridor.chores (
    name TEXT COLLATE "C" NOT NULL,
    done_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (name)
);
ALTER TABLE corridor.chores ENABLE ROW LEVEL SECURITY;

-- In how many seconds a chore is due; 0 or less means now.
CREATE FUNCTION corridor.chore_due_seconds(p_name text, p_every double precision) RETURNS double precision
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    -- One that was done in the future was done by a clock that was wrong, and is due.
    SELECT coalesce((SELECT extract(epoch FROM c.done_time - clock_timestamp()) + p_every
        FROM corridor.chores c WHERE c.name = p_name AND c.done_time <= clock_timestamp()), 0)::double precision
$$;
CREATE FUNCTION corridor.chore_done(p_name text) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    INSERT INTO corridor.chores VALUES (p_name, clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET done_time = excluded.done_time RETURNING true
$$;
REVOKE ALL ON FUNCTION corridor.chore_due_seconds, corridor.chore_done FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.chore_due_seconds, corridor.chore_done TO corridor_app;

-- Allowances of calls, shared by all processes. Not logged: after a crash of the database every bucket is full again.
-- A bucket is kept as the time at which it is full (the "theoretical arrival time" of the generic cell rate algorithm,
-- ITU-T I.371): one number, which nobody need count down.
CREATE UNLOGGED TABLE corridor.rate_buckets (
    bucket TEXT COLLATE "C" NOT NULL,
    full_time DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (bucket)
) WITH (fillfactor = 50);
ALTER TABLE corridor.rate_buckets ENABLE ROW LEVEL SECURITY;

-- Takes up to so many calls out of a bucket that holds p_calls and fills in p_seconds.
-- Returns how many were taken, how many are left, and in how many seconds there is one again.
CREATE FUNCTION corridor.take_calls(p_bucket text, p_wanted integer, p_calls integer, p_seconds double precision)
RETURNS TABLE (taken integer, calls_left integer, wait_seconds double precision)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
DECLARE
    v_each double precision := p_seconds / greatest(p_calls, 1);
    v_now double precision;
    v_full double precision;
    v_stored double precision;
    v_room integer;
BEGIN
    SELECT b.full_time INTO v_stored FROM corridor.rate_buckets b WHERE b.bucket = p_bucket FOR UPDATE;
    IF NOT FOUND THEN  -- two that come first at the same time meet at this row
        INSERT INTO corridor.rate_buckets VALUES (p_bucket, 0) ON CONFLICT DO NOTHING;
        SELECT b.full_time INTO v_stored FROM corridor.rate_buckets b WHERE b.bucket = p_bucket FOR UPDATE;
    END IF;
    v_now := extract(epoch FROM clock_timestamp());
    -- No bucket is emptier than empty: one that filled more slowly before fills at its new rate from now on.
    v_full := least(greatest(coalesce(v_stored, 0), v_now), v_now + p_seconds);
    -- The millionth is for what doubles round away: a bucket of 3 must hold 3, not 2.999.
    v_room := CASE WHEN p_calls > 0 THEN floor((v_now + p_seconds - v_full) / v_each + 1e-6)::integer ELSE 0 END;
    taken := least(p_wanted, v_room);
    calls_left := v_room - taken;
    v_full := v_full + taken * v_each;
    wait_seconds := CASE WHEN calls_left > 0 THEN 0 ELSE greatest(v_full + v_each - v_now - p_seconds, v_each / 1000) END;
    IF taken > 0 OR v_stored > v_full THEN
        UPDATE corridor.rate_buckets b SET full_time = v_full WHERE b.bucket = p_bucket;
    END IF;
    RETURN NEXT;
END $$;
-- Buckets that are full again need not be kept.
CREATE FUNCTION corridor.forget_buckets(p_limit integer) RETURNS integer
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH gone AS (
        DELETE FROM corridor.rate_buckets b WHERE b.bucket IN (
            SELECT f.bucket FROM corridor.rate_buckets f WHERE f.full_time < extract(epoch FROM clock_timestamp())
            LIMIT p_limit FOR UPDATE SKIP LOCKED)
        RETURNING 1)
    SELECT count(*)::integer FROM gone
$$;
REVOKE ALL ON FUNCTION corridor.take_calls, corridor.forget_buckets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.take_calls, corridor.forget_buckets TO corridor_app;

-- Allowances that a company has instead of the installation's. Set by the operator alone, who is the owner.
CREATE TABLE corridor.rate_allowances (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    calls INTEGER NOT NULL,
    seconds INTEGER NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, name)
);
GRANT SELECT ON corridor.rate_allowances TO corridor_app;
ALTER TABLE corridor.rate_allowances ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON corridor.rate_allowances TO corridor_app
    USING (company_id = corridor.bound_company() AND environment = corridor.bound_environment())
    WITH CHECK (company_id = corridor.bound_company() AND environment = corridor.bound_environment());

-- What every id that was made before a time is smaller than: server/kit/ids.py in SQL, as far as the time goes.
CREATE FUNCTION corridor.id_at(p_prefix text, p_time timestamptz) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN p_prefix || '_' || (
        SELECT string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz',
            (((extract(epoch FROM p_time) * 1000)::bigint >> (45 - 5 * place)) & 31)::integer + 1, 1), '' ORDER BY place)
        FROM generate_series(0, 9) place);

-- Spending limits: what a payout spends, beside its message. Payouts of before spend nothing; there were no limits then.
ALTER TABLE corridor.payouts ADD COLUMN amount_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE corridor.payouts ADD COLUMN currency_code TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE corridor.payouts ADD COLUMN rail SMALLINT NOT NULL DEFAULT 0;

-- What was spent in a slot of time: 2^20 milliseconds, some 17 minutes, as the first six characters of ids tell it. Only
-- of slots that are over, and as it was when it was summed: what failed since then makes it less, nothing makes it more.
CREATE TABLE corridor.spending_slots (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    currency_code TEXT COLLATE "C" NOT NULL,
    rail SMALLINT NOT NULL,
    slot BIGINT NOT NULL,
    count BIGINT NOT NULL,
    amount_minor NUMERIC NOT NULL,
    PRIMARY KEY (company_id, environment, currency_code, rail, slot)
);
ALTER TABLE corridor.spending_slots ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON corridor.spending_slots TO corridor_app
    USING (company_id = corridor.bound_company() AND environment = corridor.bound_environment())
    WITH CHECK (company_id = corridor.bound_company() AND environment = corridor.bound_environment());
GRANT SELECT, INSERT, DELETE ON corridor.spending_slots TO corridor_app;

-- The slot of an id of a payout, and what the ids of a slot begin at.
CREATE FUNCTION corridor.payout_slot(p_id text) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN (SELECT sum((strpos('0123456789abcdefghjkmnpqrstvwxyz', substr(p_id, 3 + place, 1)) - 1)::bigint
        << (30 - 5 * place)) FROM generate_series(1, 6) place);
CREATE FUNCTION corridor.payout_slot_id(p_slot bigint) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN 'po_' || (SELECT string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz',
        ((p_slot >> (30 - 5 * place)) & 31)::integer + 1, 1), '' ORDER BY place) FROM generate_series(1, 6) place);

-- What a company has spent since a slot, over all beneficiaries: never less than it is, for who is far from a limit.
-- Whoever calls it holds the lock of the limit.
CREATE FUNCTION corridor.spent_at_most(
    p_company text, p_env smallint, p_currency_code text, p_rail smallint, p_first bigint, OUT count bigint, OUT amount numeric)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    -- No payout is put into a slot so long after it, unless by a server whose clock is slow: see check_spending.
    v_open bigint := corridor.payout_slot(corridor.id_at('po', now() - interval '2 minutes'));
    v_from text := corridor.payout_slot_id(v_open);
    v_slots bigint;
    v_live bigint;
    v_live_amount numeric;
BEGIN
    FOR again IN 1..2 LOOP
        SELECT count(*), coalesce(sum(s.count), 0), coalesce(sum(s.amount_minor), 0) INTO v_slots, count, amount
        FROM corridor.spending_slots s WHERE s.company_id = p_company AND s.environment = p_env
            AND s.currency_code = p_currency_code AND s.rail = p_rail AND s.slot >= p_first AND s.slot < v_open;
        EXIT WHEN v_slots >= v_open - p_first;
        INSERT INTO corridor.spending_slots
        SELECT p_company, p_env, p_currency_code, p_rail, missing.slot, spent.count, spent.amount
        FROM (SELECT g.slot FROM generate_series(p_first, v_open - 1) AS g (slot) WHERE NOT EXISTS (
            SELECT FROM corridor.spending_slots s WHERE s.company_id = p_company AND s.environment = p_env
                AND s.currency_code = p_currency_code AND s.rail = p_rail AND s.slot = g.slot) OFFSET 0) AS missing,
        LATERAL (SELECT count(*), coalesce(sum(p.amount_minor), 0) AS amount FROM corridor.payouts p
            WHERE p.company_id = p_company AND p.environment = p_env
                AND p.payout_id >= corridor.payout_slot_id(missing.slot)
                AND p.payout_id < corridor.payout_slot_id(missing.slot + 1)
                AND p.currency_code = p_currency_code AND p.state NOT IN (6, 7, 8)
                AND (p_rail = 0 OR p.rail = p_rail)) AS spent;
        -- No limit looks back for longer than 31 days.
        DELETE FROM corridor.spending_slots s WHERE s.company_id = p_company AND s.environment = p_env
            AND s.currency_code = p_currency_code AND s.rail = p_rail
            AND s.slot < corridor.payout_slot(corridor.id_at('po', now() - interval '32 days'));
    END LOOP;
    IF v_slots < v_open - p_first THEN  -- it looks back further than slots are kept: nothing can be said
        count := NULL;
        amount := NULL;
        RETURN;
    END IF;
    SELECT count(*), coalesce(sum(p.amount_minor), 0) INTO v_live, v_live_amount FROM corridor.payouts p
    WHERE p.company_id = p_company AND p.environment = p_env AND p.payout_id >= v_from
        AND p.currency_code = p_currency_code AND p.state NOT IN (6, 7, 8) AND (p_rail = 0 OR p.rail = p_rail);
    count := count + v_live;
    amount := amount + v_live_amount;
END $$;

-- Raises CR001 if a payout would pass a limit, with the limit and what is used in the error's detail.
--
-- Whoever spends out of the same limit waits here for who came first, until that one has committed: two that race
-- cannot both pass. Locks are taken in one order, so nobody waits in a circle. Each limit of p_limits has
-- name, beneficiary_id ('' for all), rail (0 for all), since (the first payout id of its window, as the server's clock
-- has it), seconds (how long it is), count and amount.
CREATE FUNCTION corridor.check_spending(
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

-- As before, and within the limits of the company.
DROP FUNCTION corridor.accept_payout;
CREATE FUNCTION corridor.accept_payout(
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
