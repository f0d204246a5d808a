-- Health of providers, shared by all processes.

-- Whether calls to an operation of a provider at an address are let through. No company's: only the functions below
-- touch it. `owner` is the company whose calls it counts.
CREATE TABLE corridor.breakers (
    breaker TEXT COLLATE "C" NOT NULL,
    provider TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    state SMALLINT NOT NULL,
    revision BIGINT NOT NULL,
    openings INTEGER NOT NULL,
    share SMALLINT NOT NULL,
    since_time TIMESTAMP WITH TIME ZONE NOT NULL,
    probe_time TIMESTAMP WITH TIME ZONE,
    lease_time TIMESTAMP WITH TIME ZONE,
    in_row INTEGER NOT NULL,
    successes INTEGER NOT NULL,
    window_slot BIGINT NOT NULL,
    window_calls INTEGER[] NOT NULL,
    window_failures INTEGER[] NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (breaker)
) WITH (fillfactor = 50);

-- Each change of a breaker, by the revision that it led to.
CREATE TABLE corridor.breaker_changes (
    breaker TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    state SMALLINT NOT NULL,
    previous_state SMALLINT NOT NULL,
    share SMALLINT NOT NULL,
    why TEXT NOT NULL,
    change_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (breaker, revision)
);
CREATE INDEX ix_breaker_changes_change_time ON corridor.breaker_changes (change_time);

-- How calls ended, and how long they took, in slots of so many seconds. Not logged: after a crash of the database it is
-- counted anew.
CREATE UNLOGGED TABLE corridor.health_slots (
    breaker TEXT COLLATE "C" NOT NULL,
    seconds INTEGER NOT NULL,
    slot BIGINT NOT NULL,
    calls INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    timeouts INTEGER NOT NULL,
    bands INTEGER[] NOT NULL,
    PRIMARY KEY (breaker, seconds, slot)
) WITH (fillfactor = 50);

ALTER TABLE corridor.breakers ENABLE ROW LEVEL SECURITY;
ALTER TABLE corridor.breaker_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE corridor.health_slots ENABLE ROW LEVEL SECURITY;

-- Which connections call what: whom an incident concerns.
CREATE TABLE corridor.health_uses (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    breaker TEXT COLLATE "C" NOT NULL,
    use_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, connection_id, breaker)
);
CREATE INDEX ix_health_uses_breaker ON corridor.health_uses (breaker);

-- From the opening of a breaker to its closing, for each company that uses it. `published` counts its events.
CREATE TABLE corridor.provider_incidents (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    provider_incident_id TEXT COLLATE "C" NOT NULL,
    breaker TEXT COLLATE "C" NOT NULL,
    provider TEXT COLLATE "C" NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    state SMALLINT NOT NULL,
    why TEXT NOT NULL,
    open_revision BIGINT NOT NULL,
    close_revision BIGINT,
    open_time TIMESTAMP WITH TIME ZONE NOT NULL,
    close_time TIMESTAMP WITH TIME ZONE,
    published SMALLINT NOT NULL,
    PRIMARY KEY (company_id, environment, provider_incident_id)
);
CREATE UNIQUE INDEX uq_provider_incidents_open ON corridor.provider_incidents (company_id, environment, breaker)
    WHERE state = 1;
CREATE INDEX ix_provider_incidents_breaker ON corridor.provider_incidents (breaker) WHERE state = 1;
CREATE INDEX ix_provider_incidents_untold ON corridor.provider_incidents (open_time) WHERE published < state;

-- What is known of a bank or rail over a connection: one row of the provider's, one of a person's.
CREATE TABLE corridor.institution_statuses (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    institution_status_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    institution_id TEXT COLLATE "C" NOT NULL,
    provider TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    by_person BOOLEAN NOT NULL,
    level SMALLINT NOT NULL,
    reason TEXT NOT NULL,
    revision BIGINT NOT NULL,
    since_time TIMESTAMP WITH TIME ZONE NOT NULL,
    check_time TIMESTAMP WITH TIME ZONE NOT NULL,
    expire_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, institution_status_id)
);
CREATE UNIQUE INDEX uq_institution_statuses_source ON corridor.institution_statuses
    (company_id, environment, connection_id, institution_id, by_person);

-- When each connection was last asked for them.
CREATE TABLE corridor.institution_polls (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    poll_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, connection_id)
);

-- What a company treats as if its breaker were open. An empty operation means all of them.
CREATE TABLE corridor.breaker_overrides (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    reason TEXT NOT NULL,
    caller_id TEXT COLLATE "C" NOT NULL,
    expire_time TIMESTAMP WITH TIME ZONE NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, connection_id, operation)
);

GRANT SELECT ON corridor.health_uses, corridor.provider_incidents TO corridor_app;
GRANT UPDATE (published) ON corridor.provider_incidents TO corridor_app;
GRANT SELECT, INSERT, UPDATE ON corridor.institution_polls TO corridor_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON corridor.breaker_overrides, corridor.institution_statuses TO corridor_app;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['health_uses', 'provider_incidents', 'institution_statuses', 'institution_polls',
        'breaker_overrides'] LOOP
        EXECUTE format('ALTER TABLE corridor.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant ON corridor.%I TO corridor_app USING (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment())', name);
    END LOOP;
END $$;

-- A new id, as server/kit/ids.py makes them: a UUIDv7 (RFC 9562, 5.7), with its version and its variant.
CREATE FUNCTION corridor.incident_id() RETURNS text
LANGUAGE sql VOLATILE SET search_path = corridor, pg_temp AS $$
    SELECT corridor.id_at('inc', clock_timestamp()) || string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', CASE place
        WHEN 10 THEN 14 + floor(random() * 2)
        WHEN 13 THEN 16 * floor(random() * 2) + 8 + floor(random() * 4)
        ELSE floor(random() * 32) END::integer + 1, 1), '' ORDER BY place)
    FROM generate_series(10, 25) place
$$;

-- How breakers stand. Times are seconds from now by this clock, so that processes agree whatever theirs say.
CREATE FUNCTION corridor.breaker_standing(p_breakers text[])
RETURNS TABLE (breaker text, state smallint, revision bigint, openings integer, share smallint,
    since_seconds double precision, probe_seconds double precision, lease_seconds double precision,
    in_row integer, successes integer, window_calls bigint, window_failures bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT b.breaker, b.state, b.revision, b.openings, b.share,
        extract(epoch FROM clock_timestamp() - b.since_time)::double precision,
        coalesce(extract(epoch FROM b.probe_time - clock_timestamp()), 0)::double precision,
        coalesce(extract(epoch FROM b.lease_time - clock_timestamp()), 0)::double precision,
        b.in_row, b.successes,
        (SELECT coalesce(sum(n), 0) FROM unnest(b.window_calls[w.first:10]) n),
        (SELECT coalesce(sum(n), 0) FROM unnest(b.window_failures[w.first:10]) n)
    FROM corridor.breakers b, LATERAL (SELECT 1 + greatest(0, least(10,
        floor(extract(epoch FROM clock_timestamp()))::bigint - b.window_slot))::integer AS first) w
    WHERE b.breaker = ANY (p_breakers)
$$;

-- Opens an incident for everybody who uses a breaker that is not closed, or for one company.
CREATE FUNCTION corridor.open_provider_incidents(p_breaker text, p_company text, p_env smallint) RETURNS void
LANGUAGE sql VOLATILE SET search_path = corridor, pg_temp AS $$
    INSERT INTO corridor.provider_incidents
    SELECT u.company_id, u.environment, corridor.incident_id(), b.breaker, b.provider, b.operation, b.region, 1,
        opened.why, opened.revision, NULL, opened.change_time, NULL, 0
    FROM corridor.breakers b
    JOIN LATERAL (SELECT c.why, c.revision, c.change_time FROM corridor.breaker_changes c
        WHERE c.breaker = b.breaker AND c.previous_state = 1 ORDER BY c.revision DESC LIMIT 1) opened ON true
    JOIN (SELECT DISTINCT company_id, environment FROM corridor.health_uses WHERE breaker = p_breaker) u
        ON p_company IS NULL OR (u.company_id = p_company AND u.environment = p_env)
    WHERE b.breaker = p_breaker AND b.state <> 1
    ON CONFLICT DO NOTHING
$$;

-- Takes in what a process has counted since it last reported, and tells how all of the breakers stand that it names.
--
-- p_reports, in the order of their breakers: b breaker, p provider, a digest of the address, o operation, r region, w owner; d what
-- was counted for the breaker, by the revision that the calls met: v revision, c calls, f failures, s successes, k how
-- many failed since the last success, l whether a probe was given back; h what was counted of calls: c calls,
-- f failures, t timeouts, b bands. p_uses: c company, e environment, n connection, b breaker.
CREATE FUNCTION corridor.report_health(p_reports jsonb, p_uses jsonb)
RETURNS TABLE (breaker text, state smallint, revision bigint, openings integer, share smallint,
    since_seconds double precision, probe_seconds double precision, lease_seconds double precision,
    in_row integer, successes integer, window_calls bigint, window_failures bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
#variable_conflict use_column
DECLARE
    told record;
    counted record;
    used record;
    b corridor.breakers;
    v_now bigint := floor(extract(epoch FROM clock_timestamp()));
    v_shift integer;
    v_new boolean;
BEGIN
    -- What is lost of it with the machine is counted anew; nothing waits for the disk.
    PERFORM set_config('synchronous_commit', 'off', true);
    FOR told IN SELECT * FROM jsonb_to_recordset(p_reports)
        AS t (b text, p text, a text, o text, r text, w text, d jsonb, h jsonb) WHERE t.d IS NOT NULL
    LOOP
        SELECT * INTO b FROM corridor.breakers k WHERE k.breaker = told.b FOR UPDATE;
        IF NOT FOUND THEN
            INSERT INTO corridor.breakers VALUES (told.b, told.p, told.a, told.o, told.r, told.w, 1, 0, 0, 100,
                clock_timestamp(), NULL, NULL, 0, 0, v_now, array_fill(0, ARRAY[10]), array_fill(0, ARRAY[10]),
                clock_timestamp()) ON CONFLICT DO NOTHING;
            SELECT * INTO b FROM corridor.breakers k WHERE k.breaker = told.b FOR UPDATE;
        END IF;
        v_shift := greatest(0, least(10, v_now - b.window_slot));
        IF v_shift > 0 THEN
            b.window_calls := b.window_calls[v_shift + 1:10] || array_fill(0, ARRAY[v_shift]);
            b.window_failures := b.window_failures[v_shift + 1:10] || array_fill(0, ARRAY[v_shift]);
            b.window_slot := v_now;
        END IF;
        FOR counted IN SELECT * FROM jsonb_to_recordset(told.d)
            AS t (v bigint, c integer, f integer, s integer, k integer, l boolean) WHERE t.v = b.revision
        LOOP
            b.in_row := CASE WHEN counted.s > 0 THEN counted.k ELSE b.in_row + counted.k END;
            b.successes := b.successes + counted.s;
            b.window_calls[10] := b.window_calls[10] + counted.c;
            b.window_failures[10] := b.window_failures[10] + counted.f;
            IF counted.l THEN
                b.lease_time := NULL;
            END IF;
        END LOOP;
        UPDATE corridor.breakers k SET in_row = b.in_row, successes = b.successes, window_slot = b.window_slot,
            window_calls = b.window_calls, window_failures = b.window_failures, lease_time = b.lease_time,
            update_time = clock_timestamp() WHERE k.breaker = told.b;
        INSERT INTO corridor.health_slots AS s
        SELECT told.b, unit, v_now / unit, (told.h->>'c')::integer, (told.h->>'f')::integer, (told.h->>'t')::integer,
            ARRAY(SELECT jsonb_array_elements_text(told.h->'b')::integer)
        FROM unnest(ARRAY[10, 60]) unit WHERE told.h IS NOT NULL
        ON CONFLICT (breaker, seconds, slot) DO UPDATE SET calls = s.calls + excluded.calls,
            failures = s.failures + excluded.failures, timeouts = s.timeouts + excluded.timeouts,
            bands = ARRAY(SELECT coalesce(x, 0) + coalesce(y, 0) FROM unnest(s.bands, excluded.bands) AS n (x, y));
    END LOOP;
    FOR used IN SELECT * FROM jsonb_to_recordset(p_uses) AS t (c text, e smallint, n text, b text) LOOP
        INSERT INTO corridor.health_uses AS u VALUES (used.c, used.e, used.n, used.b, clock_timestamp())
        ON CONFLICT (company_id, environment, connection_id, breaker) DO UPDATE SET use_time = excluded.use_time
        RETURNING u.xmax = 0 INTO v_new;
        IF v_new THEN  -- who comes while it is open is told as well
            PERFORM corridor.open_provider_incidents(used.b, used.c, used.e);
        END IF;
    END LOOP;
    RETURN QUERY SELECT * FROM corridor.breaker_standing(ARRAY(
        SELECT t.b FROM jsonb_to_recordset(p_reports) AS t (b text)));
END $$;

-- Changes a breaker that is as the caller knows it; false if it has changed meanwhile. An opening begins an incident for
-- everybody who uses it, a closing ends it, in the same transaction.
CREATE FUNCTION corridor.move_breaker(p_breaker text, p_revision bigint, p_state smallint, p_openings integer,
    p_share smallint, p_probe_seconds double precision, p_why text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
DECLARE
    b corridor.breakers;
BEGIN
    SELECT * INTO b FROM corridor.breakers k WHERE k.breaker = p_breaker FOR UPDATE;
    IF NOT FOUND OR b.revision <> p_revision THEN
        RETURN false;
    END IF;
    UPDATE corridor.breakers k SET state = p_state, revision = b.revision + 1, openings = p_openings, share = p_share,
        since_time = clock_timestamp(), lease_time = NULL, in_row = 0, successes = 0,
        probe_time = CASE WHEN p_state = 2 THEN clock_timestamp() + make_interval(secs => p_probe_seconds) END,
        window_calls = array_fill(0, ARRAY[10]), window_failures = array_fill(0, ARRAY[10])
        WHERE k.breaker = p_breaker;
    INSERT INTO corridor.breaker_changes VALUES (
        p_breaker, b.revision + 1, p_state, b.state, p_share, p_why, clock_timestamp());
    IF b.state = 1 THEN
        PERFORM corridor.open_provider_incidents(p_breaker, NULL, NULL);
    ELSIF p_state = 1 THEN
        UPDATE corridor.provider_incidents i SET state = 2, close_revision = b.revision + 1,
            close_time = clock_timestamp() WHERE i.breaker = p_breaker AND i.state = 1;
    END IF;
    RETURN true;
END $$;

-- Asks for the one probe of a breaker whose time has come. It is free again when its holder's lease ends.
CREATE FUNCTION corridor.probe_breaker(p_breaker text, p_lease_seconds double precision)
RETURNS TABLE (granted boolean, breaker text, state smallint, revision bigint, openings integer, share smallint,
    since_seconds double precision, probe_seconds double precision, lease_seconds double precision,
    in_row integer, successes integer, window_calls bigint, window_failures bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
#variable_conflict use_column
DECLARE
    b corridor.breakers;
    v_granted boolean := false;
BEGIN
    SELECT * INTO b FROM corridor.breakers k WHERE k.breaker = p_breaker FOR UPDATE;
    IF b.state = 2 AND b.probe_time <= clock_timestamp() THEN
        v_granted := true;
        UPDATE corridor.breakers k SET state = 3, revision = b.revision + 1, since_time = clock_timestamp(), in_row = 0,
            successes = 0, lease_time = clock_timestamp() + make_interval(secs => p_lease_seconds)
            WHERE k.breaker = p_breaker;
        INSERT INTO corridor.breaker_changes VALUES (
            p_breaker, b.revision + 1, 3, b.state, 0, 'one call goes through, to see how it ends', clock_timestamp());
    ELSIF b.state = 3 AND coalesce(b.lease_time <= clock_timestamp(), true) AND b.in_row = 0 AND b.successes = 0 THEN
        v_granted := true;
        UPDATE corridor.breakers k SET lease_time = clock_timestamp() + make_interval(secs => p_lease_seconds)
            WHERE k.breaker = p_breaker;
    END IF;
    RETURN QUERY SELECT v_granted, s.* FROM corridor.breaker_standing(ARRAY[p_breaker]) s;
END $$;

-- How the calls of the last so many slots ended.
CREATE FUNCTION corridor.health_figures(p_breakers text[], p_seconds integer, p_slots integer)
RETURNS TABLE (breaker text, calls bigint, failures bigint, timeouts bigint, bands bigint[])
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH recent AS (
        SELECT s.* FROM corridor.health_slots s
        WHERE s.breaker = ANY (p_breakers) AND s.seconds = p_seconds
            AND s.slot > floor(extract(epoch FROM clock_timestamp()))::bigint / p_seconds - p_slots),
    banded AS (
        SELECT r.breaker, n.place, sum(n.count) AS count
        FROM recent r, unnest(r.bands) WITH ORDINALITY AS n (count, place) GROUP BY r.breaker, n.place)
    SELECT r.breaker, sum(r.calls)::bigint, sum(r.failures)::bigint, sum(r.timeouts)::bigint,
        (SELECT array_agg(d.count::bigint ORDER BY d.place) FROM banded d WHERE d.breaker = r.breaker)
    FROM recent r GROUP BY r.breaker
$$;

-- What connections of any companies are told by people and providers that a process must know before it calls.
CREATE FUNCTION corridor.health_words(p_companies text[], p_environments smallint[], p_connections text[])
RETURNS TABLE (company_id text, environment smallint, connection_id text, name text, level smallint, source text,
    by_person boolean, since_seconds double precision, age_seconds double precision, left_seconds double precision)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH wanted AS (
        SELECT * FROM unnest(p_companies, p_environments, p_connections) AS w (company_id, environment, connection_id))
    SELECT i.company_id, i.environment, i.connection_id, 'institution/' || i.institution_id, i.level, i.source,
        i.by_person, extract(epoch FROM clock_timestamp() - i.since_time)::double precision,
        extract(epoch FROM clock_timestamp() - i.check_time)::double precision,
        extract(epoch FROM i.expire_time - clock_timestamp())::double precision
    FROM wanted w JOIN corridor.institution_statuses i USING (company_id, environment, connection_id)
    WHERE i.level > 0 AND i.expire_time > clock_timestamp()
    UNION ALL
    SELECT o.company_id, o.environment, o.connection_id, 'operation/' || o.operation, 0::smallint, o.caller_id, true,
        extract(epoch FROM clock_timestamp() - o.create_time)::double precision, 0,
        extract(epoch FROM o.expire_time - clock_timestamp())::double precision
    FROM wanted w JOIN corridor.breaker_overrides o USING (company_id, environment, connection_id)
    WHERE o.expire_time > clock_timestamp()
$$;

-- How it is with what the bound company calls, after a place in the order of connections and breakers.
CREATE FUNCTION corridor.company_health(p_connection text, p_provider text, p_after text, p_limit integer)
RETURNS TABLE (place text, connection_id text, breaker text, provider text, operation text, region text, state smallint,
    share smallint, since_time timestamptz, probe_time timestamptz, update_time timestamptz, use_time timestamptz,
    provider_incident_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT u.connection_id || '/' || u.breaker, u.connection_id, b.breaker, b.provider, b.operation, b.region, b.state,
        b.share, b.since_time, b.probe_time, b.update_time, u.use_time, (
            SELECT i.provider_incident_id FROM corridor.provider_incidents i WHERE i.company_id = u.company_id
                AND i.environment = u.environment AND i.breaker = u.breaker AND i.state = 1)
    FROM corridor.health_uses u JOIN corridor.breakers b USING (breaker)
    WHERE u.company_id = corridor.bound_company() AND u.environment = corridor.bound_environment()
        AND p_connection IN ('', u.connection_id) AND p_provider IN ('', b.provider)
        AND (u.connection_id || '/' || u.breaker) COLLATE "C" > p_after
    ORDER BY (u.connection_id || '/' || u.breaker) COLLATE "C" LIMIT p_limit
$$;

-- What happened in an incident of the bound company.
CREATE FUNCTION corridor.incident_changes(p_provider_incident_id text)
RETURNS TABLE (revision bigint, state smallint, previous_state smallint, share smallint, why text, change_time timestamptz)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT c.revision, c.state, c.previous_state, c.share, c.why, c.change_time
    FROM corridor.provider_incidents i JOIN corridor.breaker_changes c ON c.breaker = i.breaker
        AND c.revision >= i.open_revision AND c.revision <= coalesce(i.close_revision, c.revision)
    WHERE i.company_id = corridor.bound_company() AND i.environment = corridor.bound_environment()
        AND i.provider_incident_id = p_provider_incident_id ORDER BY c.revision LIMIT 1000
$$;

-- Incidents of which an event is still to be published. Ids only, of every company.
CREATE FUNCTION corridor.untold_incidents(p_limit integer)
RETURNS TABLE (company_id text, environment smallint, provider_incident_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT i.company_id, i.environment, i.provider_incident_id FROM corridor.provider_incidents i
    WHERE i.published < i.state ORDER BY i.open_time LIMIT p_limit
$$;

-- Connections whose providers are to be asked for the statuses of banks and rails: those that called something else
-- within a day. Ids only, of every company.
CREATE FUNCTION corridor.due_institution_polls(p_providers text[], p_operation text, p_every double precision,
    p_limit integer) RETURNS TABLE (company_id text, environment smallint, connection_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT DISTINCT u.company_id, u.environment, u.connection_id
    FROM corridor.health_uses u JOIN corridor.breakers b USING (breaker)
    LEFT JOIN corridor.institution_polls p USING (company_id, environment, connection_id)
    WHERE b.provider = ANY (p_providers) AND b.operation <> p_operation
        AND u.use_time > clock_timestamp() - interval '1 day'
        AND coalesce(p.poll_time <= clock_timestamp() - make_interval(secs => p_every), true) LIMIT p_limit
$$;

-- Removes what is too old to say anything.
CREATE FUNCTION corridor.forget_health(p_limit integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH slots AS (
        DELETE FROM corridor.health_slots s WHERE (s.breaker, s.seconds, s.slot) IN (
            SELECT o.breaker, o.seconds, o.slot FROM corridor.health_slots o
            WHERE (o.slot + 1) * o.seconds < extract(epoch FROM clock_timestamp())
                - CASE WHEN o.seconds = 10 THEN 120 ELSE 3720 END LIMIT p_limit)
        RETURNING 1),
    uses AS (
        DELETE FROM corridor.health_uses u WHERE (u.company_id, u.environment, u.connection_id, u.breaker) IN (
            SELECT o.company_id, o.environment, o.connection_id, o.breaker FROM corridor.health_uses o
            WHERE o.use_time < clock_timestamp() - interval '31 days' LIMIT p_limit)
        RETURNING 1),
    idle AS (
        DELETE FROM corridor.breakers b WHERE b.breaker IN (
            SELECT o.breaker FROM corridor.breakers o
            WHERE o.state = 1 AND o.update_time < clock_timestamp() - interval '62 days' AND NOT EXISTS (
                SELECT FROM corridor.breaker_changes c WHERE c.breaker = o.breaker) LIMIT p_limit)
        RETURNING b.breaker),
    changes AS (
        DELETE FROM corridor.breaker_changes c WHERE (c.breaker, c.revision) IN (
            SELECT o.breaker, o.revision FROM corridor.breaker_changes o
            WHERE o.change_time < clock_timestamp() - interval '400 days' LIMIT p_limit)
        RETURNING 1),
    overrides AS (
        DELETE FROM corridor.breaker_overrides v WHERE v.expire_time < clock_timestamp() - interval '31 days' RETURNING 1)
    SELECT (SELECT count(*) FROM slots) + (SELECT count(*) FROM uses) + (SELECT count(*) FROM changes)
        + (SELECT count(*) FROM idle) + (SELECT count(*) FROM overrides)
$$;

REVOKE ALL ON FUNCTION corridor.incident_id, corridor.breaker_standing, corridor.open_provider_incidents,
    corridor.report_health, corridor.move_breaker, corridor.probe_breaker, corridor.health_figures, corridor.health_words,
    corridor.company_health, corridor.incident_changes, corridor.untold_incidents, corridor.due_institution_polls,
    corridor.forget_health FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.breaker_standing, corridor.report_health, corridor.move_breaker,
    corridor.probe_breaker, corridor.health_figures, corridor.health_words, corridor.company_health,
    corridor.incident_changes, corridor.untold_incidents, corridor.due_institution_polls, corridor.forget_health
    TO corridor_app;
