-- Rate limits of providers, shared by all processes.

-- What is known of the limits of one account at a provider, and how much of them is left. Not logged: after a crash of
-- the database limits are learnt anew. No company's rows: only the functions below touch it.
--
-- Calls are counted in windows. Those that the provider told of follow its words; others are ours: of a rate that is
-- only guessed, halved with each refusal, and grown slowly. What is left of a window is what the provider last said
-- was left, without the calls that were given out and of which it cannot have known.
CREATE UNLOGGED TABLE corridor.provider_limits (
    bucket TEXT COLLATE "C" NOT NULL,
    told BOOLEAN NOT NULL,
    window_told BOOLEAN NOT NULL,
    reset_told BOOLEAN NOT NULL,
    call_limit INTEGER NOT NULL,
    calls_left INTEGER NOT NULL,
    calls_out INTEGER NOT NULL,
    calls_out_before INTEGER NOT NULL,
    calls_late INTEGER NOT NULL,
    window_number BIGINT NOT NULL,
    window_seconds DOUBLE PRECISION NOT NULL,
    reset_time DOUBLE PRECISION NOT NULL,
    slack_seconds DOUBLE PRECISION NOT NULL,
    rate DOUBLE PRECISION NOT NULL,
    rate_most DOUBLE PRECISION NOT NULL,
    rate_step DOUBLE PRECISION NOT NULL,
    growth_time DOUBLE PRECISION NOT NULL,
    stop_time DOUBLE PRECISION NOT NULL,
    refusals INTEGER NOT NULL,
    use_time DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (bucket)
) WITH (fillfactor = 50);
ALTER TABLE corridor.provider_limits ENABLE ROW LEVEL SECURITY;

-- A row whose windows have the rate that is guessed. Never above the rate in any second, however it is cut: windows
-- are a fifth of a second, at four fifths of the rate.
CREATE FUNCTION corridor.provider_limit_at_rate(r corridor.provider_limits, p_rate double precision)
RETURNS corridor.provider_limits LANGUAGE plpgsql IMMUTABLE SET search_path = corridor, pg_temp AS $$
BEGIN
    r.rate := p_rate;
    r.call_limit := greatest(1, floor(p_rate * 0.16))::integer;
    r.window_seconds := r.call_limit / (p_rate * 0.8);
    RETURN r;
END $$;

-- The row as it is once time has passed.
CREATE FUNCTION corridor.provider_limit_at(r corridor.provider_limits, p_now double precision)
RETURNS corridor.provider_limits LANGUAGE plpgsql IMMUTABLE SET search_path = corridor, pg_temp AS $$
DECLARE
    v_passed bigint;
    v_rate double precision;
BEGIN
    IF NOT r.told AND r.rate_step > 0 AND p_now >= r.growth_time + 10 THEN  -- slowly: a step every ten seconds
        v_rate := r.rate + r.rate_step * floor((p_now - r.growth_time) / 10);
        r := corridor.provider_limit_at_rate(r,
            CASE WHEN r.rate_most > 0 THEN least(v_rate, r.rate_most) ELSE v_rate END);
        r.growth_time := p_now;
    END IF;
    IF r.call_limit > 0 AND p_now >= r.reset_time THEN
        v_passed := 1 + floor((p_now - r.reset_time) / r.window_seconds)::bigint;
        -- What is still under way may arrive in this window, and what was sent just before its beginning, too.
        r.calls_left := r.call_limit - CASE WHEN v_passed = 1 THEN r.calls_late ELSE 0 END;
        r.calls_out_before := CASE WHEN v_passed = 1 THEN r.calls_out ELSE 0 END;
        r.calls_out := 0;
        r.calls_late := 0;
        r.window_number := r.window_number + v_passed;
        r.reset_time := r.reset_time + v_passed * r.window_seconds;
        r.reset_told := r.window_told;
    END IF;
    RETURN r;
END $$;

-- The row once the provider has told how many calls are left, and in how many seconds the next window begins.
CREATE FUNCTION corridor.provider_limit_told(
    r corridor.provider_limits, p_now double precision, p_number bigint, p_limit integer, p_left integer,
    p_reset double precision, p_window double precision)
RETURNS corridor.provider_limits LANGUAGE plpgsql IMMUTABLE SET search_path = corridor, pg_temp AS $$
DECLARE
    v_reset double precision := p_now + p_reset + r.slack_seconds;
BEGIN
    IF NOT r.told THEN
        r.told := true;
        r.window_told := p_window IS NOT NULL;
        r.reset_told := p_reset IS NOT NULL;
        r.call_limit := greatest(coalesce(p_limit, 0), p_left + 1);
        r.calls_left := p_left;
        r.calls_out_before := r.calls_out;
        r.calls_out := 0;
        r.calls_late := 0;
        r.window_number := r.window_number + 1;
        r.window_seconds := coalesce(p_window, CASE WHEN p_reset IS NULL THEN 60 ELSE greatest(p_reset, 1) END);
        r.reset_time := coalesce(v_reset, p_now + r.window_seconds);
        RETURN r;
    END IF;
    IF p_number NOT IN (0, r.window_number) THEN
        RETURN r;  -- of a window that is over
    END IF;
    r.calls_left := least(r.calls_left, p_left);
    r.call_limit := coalesce(p_limit, greatest(r.call_limit, p_left + 1));
    IF p_window IS NOT NULL THEN
        r.window_seconds := p_window;
    ELSIF p_reset IS NOT NULL AND NOT r.window_told THEN
        r.window_seconds := greatest(r.window_seconds, p_reset);
    END IF;
    IF v_reset IS NOT NULL THEN
        -- Whole seconds are rounded up, mostly: of several words about one window the earliest is the closest.
        r.reset_time := CASE WHEN r.reset_told AND abs(v_reset - r.reset_time) <= 1
            THEN least(r.reset_time, v_reset) ELSE v_reset END;
        r.reset_told := true;
    END IF;
    RETURN r;
END $$;

-- The row once the provider has refused a call: 429. No seconds: it did not tell for how long.
CREATE FUNCTION corridor.provider_limit_refused(
    r corridor.provider_limits, p_now double precision, p_number bigint, p_stop double precision,
    p_observed double precision)
RETURNS corridor.provider_limits LANGUAGE plpgsql IMMUTABLE SET search_path = corridor, pg_temp AS $$
DECLARE
    v_known boolean := p_now < r.stop_time;  -- one of several that were under way
BEGIN
    IF NOT v_known THEN
        r.refusals := r.refusals + 1;
    END IF;
    IF r.told AND p_number IN (0, r.window_number) THEN
        IF p_number > 0 AND p_now - (r.reset_time - r.window_seconds) < 1.5 THEN
            r.slack_seconds := 1;  -- its seconds are rounded down: our window began too early
        END IF;
        r.calls_left := 0;
    END IF;
    r.stop_time := greatest(r.stop_time, p_now + CASE WHEN p_stop IS NOT NULL THEN least(p_stop, 86400)
        WHEN r.told AND r.refusals < 3 THEN 0 ELSE least(2 ^ (r.refusals - 1), 60) END);
    IF NOT r.told AND NOT v_known THEN
        r := corridor.provider_limit_at_rate(r,
            greatest(CASE WHEN r.rate > 0 THEN r.rate ELSE p_observed END / 2, 1 / 60.0));
        r.rate_step := r.rate / 10;
        r.growth_time := r.stop_time;
        r.calls_left := 0;
        r.calls_out := 0;
        r.calls_out_before := 0;
        r.calls_late := 0;
        r.window_number := r.window_number + 1;
        r.reset_time := r.stop_time;
    END IF;
    RETURN r;
END $$;

-- Takes up to so many calls of an account, after it has taken down what became of those taken before: `p_ended` of
-- the window `p_number` (0: they were made before anything was known) ended, `p_uncounted` of them without a word of
-- what is left, `p_late` of them sent just before its end, and `p_returned` were not made.
-- `p_guess` is the provider's rate by its manifest; 0 for none. No row: nothing is known, and nothing is kept.
CREATE FUNCTION corridor.pace_calls(
    p_bucket text, p_wanted integer, p_acts boolean, p_guess double precision, p_number bigint, p_ended integer,
    p_uncounted integer, p_late integer, p_returned integer, p_limit integer, p_left integer,
    p_reset double precision, p_window double precision, p_refused boolean, p_stop double precision,
    p_observed double precision)
RETURNS TABLE (granted integer, calls_left integer, call_limit integer, wait_seconds double precision,
    window_number bigint, window_seconds double precision, ends_seconds double precision, told boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
DECLARE
    r corridor.provider_limits;
    v_now double precision;
    v_free integer;
    v_kept integer;
BEGIN
    SELECT * INTO r FROM corridor.provider_limits l WHERE l.bucket = p_bucket FOR UPDATE;
    IF NOT FOUND THEN
        IF p_guess <= 0 AND p_left IS NULL AND NOT p_refused THEN
            RETURN;
        END IF;
        -- Two that come first at the same time meet at this row.
        INSERT INTO corridor.provider_limits VALUES (p_bucket, false, false, false, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0,
            0, 0, 0, 0) ON CONFLICT DO NOTHING;
        SELECT * INTO r FROM corridor.provider_limits l WHERE l.bucket = p_bucket FOR UPDATE;
    END IF;
    v_now := extract(epoch FROM clock_timestamp());
    IF NOT r.told AND r.rate = 0 AND p_guess > 0 THEN
        r := corridor.provider_limit_at_rate(r, p_guess);
        r.rate_most := p_guess;
    END IF;
    r := corridor.provider_limit_at(r, v_now);
    IF p_number = r.window_number THEN
        r.calls_out := greatest(0, r.calls_out - p_ended - p_returned);
        r.calls_left := r.calls_left - p_uncounted;
        r.calls_late := r.calls_late + p_late;
    ELSIF p_number = r.window_number - 1 THEN
        r.calls_out_before := greatest(0, r.calls_out_before - p_ended - p_returned);
        r.calls_left := r.calls_left - p_late;
    END IF;
    IF p_left IS NOT NULL THEN
        r := corridor.provider_limit_told(r, v_now, p_number, p_limit, p_left, p_reset, p_window);
    END IF;
    IF p_refused THEN
        r := corridor.provider_limit_refused(r, v_now, p_number, p_stop, p_observed);
    ELSIF p_ended > 0 AND v_now >= r.stop_time THEN
        r.refusals := 0;
    END IF;
    -- The last fifth of a window is for calls that act for customers, and nobody takes it ahead.
    v_kept := floor(r.call_limit * 0.2)::integer;
    v_free := r.calls_left - r.calls_out - r.calls_out_before;
    granted := CASE WHEN v_now < r.stop_time OR v_free - CASE WHEN p_acts THEN 0 ELSE v_kept END < 1 THEN 0
        ELSE least(p_wanted, greatest(1, (v_free - v_kept) / 4)) END;
    r.calls_out := r.calls_out + granted;
    r.use_time := v_now;
    UPDATE corridor.provider_limits l SET told = r.told, window_told = r.window_told, reset_told = r.reset_told,
        call_limit = r.call_limit, calls_left = r.calls_left, calls_out = r.calls_out,
        calls_out_before = r.calls_out_before, calls_late = r.calls_late, window_number = r.window_number,
        window_seconds = r.window_seconds, reset_time = r.reset_time, slack_seconds = r.slack_seconds, rate = r.rate,
        rate_most = r.rate_most, rate_step = r.rate_step, growth_time = r.growth_time, stop_time = r.stop_time,
        refusals = r.refusals, use_time = r.use_time WHERE l.bucket = p_bucket;
    calls_left := greatest(v_free - granted, 0);
    call_limit := r.call_limit;
    v_free := v_free - granted - CASE WHEN p_acts THEN 0 ELSE v_kept END;
    wait_seconds := greatest(0, r.stop_time - v_now,
        CASE WHEN r.call_limit > 0 AND v_free < 1 THEN r.reset_time - v_now ELSE 0 END);
    window_number := r.window_number;
    window_seconds := r.window_seconds;
    ends_seconds := r.reset_time - v_now;
    told := r.told;
    RETURN NEXT;
END $$;

-- How much is left at the moment of those accounts of which limits are known, for calls that act.
CREATE FUNCTION corridor.provider_limits_now(p_buckets text[])
RETURNS TABLE (bucket text, calls_left integer, wait_seconds double precision)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT n.bucket, greatest(n.calls_left - n.calls_out - n.calls_out_before, 0),
        greatest(0, n.stop_time - n.now,
            CASE WHEN n.calls_left - n.calls_out - n.calls_out_before < 1 THEN n.reset_time - n.now ELSE 0 END)
    FROM (SELECT (corridor.provider_limit_at(l, t.now)).*, t.now
        FROM (SELECT extract(epoch FROM clock_timestamp())::double precision AS now) t
        JOIN corridor.provider_limits l ON l.bucket = ANY (p_buckets)) n
$$;

-- Forgets accounts that nobody has called for a day.
CREATE FUNCTION corridor.forget_provider_limits(p_limit integer) RETURNS integer
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH gone AS (
        DELETE FROM corridor.provider_limits l WHERE l.bucket IN (
            SELECT f.bucket FROM corridor.provider_limits f
            WHERE greatest(f.use_time, f.stop_time, f.reset_time) < extract(epoch FROM clock_timestamp()) - 86400
            LIMIT p_limit FOR UPDATE SKIP LOCKED)
        RETURNING 1)
    SELECT count(*)::integer FROM gone
$$;
REVOKE ALL ON FUNCTION corridor.provider_limit_at_rate, corridor.provider_limit_at, corridor.provider_limit_told,
    corridor.provider_limit_refused, corridor.pace_calls, corridor.provider_limits_now,
    corridor.forget_provider_limits FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.pace_calls, corridor.provider_limits_now, corridor.forget_provider_limits
    TO corridor_app;
