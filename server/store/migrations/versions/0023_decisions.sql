-- Decisions of routing, kept with each try; connections that are held; connections that are being taken into use.

CREATE TABLE corridor.route_decisions (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    route_decision_id TEXT COLLATE "C" NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    attempt_id TEXT COLLATE "C",
    choice SMALLINT NOT NULL,
    connection_id TEXT COLLATE "C",
    policy_version BIGINT NOT NULL,
    message BYTEA NOT NULL,
    correlation_id TEXT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, route_decision_id)
);
CREATE INDEX ix_route_decisions_resource
    ON corridor.route_decisions (company_id, environment, resource_id, route_decision_id);
GRANT SELECT, INSERT ON corridor.route_decisions TO corridor_app;

-- Connections over which nothing goes, because their provider refuses the credentials.
CREATE TABLE corridor.connection_holds (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    attempt_id TEXT COLLATE "C" NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, connection_id)
);
GRANT SELECT, INSERT, DELETE ON corridor.connection_holds TO corridor_app;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['route_decisions', 'connection_holds'] LOOP
        EXECUTE format('ALTER TABLE corridor.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant ON corridor.%I TO corridor_app USING (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment())', name);
    END LOOP;
END $$;

-- With defaults at the end: servers of the version before insert routes by position.
ALTER TABLE corridor.routes ADD COLUMN exposure_connection_id TEXT COLLATE "C",
    ADD COLUMN exposure_stage SMALLINT NOT NULL DEFAULT 0,
    ADD COLUMN exposure_percent SMALLINT NOT NULL DEFAULT 0,
    ADD COLUMN exposure_rehearsal BOOLEAN NOT NULL DEFAULT false;

-- Whether what a decision rests on still holds, in the live environment: the rules, the route where one decided
-- (an empty id is none), the stage of the provider, and that the connection is not held. Whoever changes any of these
-- waits until the transaction ends, and then finds the attempt. `p_time` is the company's time at the decision.
CREATE FUNCTION corridor.may_send(
    p_company text, p_env smallint, p_connection_id text, p_domain text, p_rail smallint, p_policy_id text,
    p_route_id text, p_route_time timestamptz, p_stage smallint, p_time timestamptz)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF p_env <> 2 THEN
        RETURN true;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('routes/' || p_company || '/' || p_env::text, 0));
    -- A connection that is not there has no stage: that must not be true either.
    RETURN coalesce(p_policy_id = coalesce((
            SELECT v.routing_policy_id FROM corridor.active_policy(p_company, p_env, p_domain, p_time) v), '')
        -- A route of the rail's own that has come since goes before the one for every rail.
        AND (p_route_id = '' OR (p_route_id, p_route_time) = (SELECT r.route_id, r.update_time FROM corridor.routes r
            WHERE r.company_id = p_company AND r.environment = p_env AND r.domain = p_domain AND r.rail IN (p_rail, 0)
            ORDER BY r.rail DESC LIMIT 1))
        AND p_stage = (SELECT coalesce(s.stage, 1) FROM corridor.connections c
            LEFT JOIN corridor.provider_stages s ON s.company_id = c.company_id AND s.environment = c.environment
                AND s.provider = c.provider
            WHERE c.company_id = p_company AND c.environment = p_env AND c.connection_id = p_connection_id)
        AND NOT EXISTS (SELECT FROM corridor.connection_holds h WHERE h.company_id = p_company
            AND h.environment = p_env AND h.connection_id = p_connection_id), false);
END $$;

-- As before, with the decision by which the payout goes there.
CREATE FUNCTION corridor.begin_payout(
    p_company text, p_env smallint, p_payout_id text, p_before bytea, p_message bytea,
    p_attempt_id text, p_connection_id text, p_provider text, p_operation text, p_correlation_id text,
    p_decision_id text, p_choice smallint, p_policy_version bigint, p_decision bytea,
    p_policy_id text, p_route_id text, p_route_time timestamptz, p_stage smallint, p_time timestamptz)
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
        OR NOT corridor.may_send(p_company, p_env, p_connection_id, 'payouts', v_rail, p_policy_id, p_route_id,
            p_route_time, p_stage, p_time) THEN
        RETURN false;
    END IF;
    UPDATE corridor.payouts SET connection_id = p_connection_id, message = p_message
        WHERE company_id = p_company AND environment = p_env AND payout_id = p_payout_id;
    INSERT INTO corridor.attempts VALUES (p_company, p_env, p_attempt_id, p_payout_id, p_connection_id, p_provider,
        p_operation, 0, '', '', '[]', p_correlation_id, clock_timestamp(), NULL);
    INSERT INTO corridor.route_decisions VALUES (p_company, p_env, p_decision_id, p_payout_id, p_attempt_id, p_choice,
        p_connection_id, p_policy_version, p_decision, p_correlation_id, clock_timestamp());
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION corridor.may_send(text, smallint, text, text, smallint, text, text, timestamptz, smallint, timestamptz),
    corridor.begin_payout(text, smallint, text, bytea, bytea, text, text, text, text, text, text, smallint, bigint,
        bytea, text, text, timestamptz, smallint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    corridor.may_send(text, smallint, text, text, smallint, text, text, timestamptz, smallint, timestamptz),
    corridor.begin_payout(text, smallint, text, bytea, bytea, text, text, text, text, text, text, smallint, bigint,
        bytea, text, text, timestamptz, smallint, timestamptz) TO corridor_app;

-- As before; a connection that is being taken into use counts like those of its route.
ALTER FUNCTION corridor.provider_references(text, smallint, text) RENAME TO provider_references_in_use;
CREATE FUNCTION corridor.provider_references(p_company text, p_env smallint, p_provider text)
RETURNS TABLE (routes bigint, resources bigint, webhooks bigint) LANGUAGE sql STABLE AS $$
    SELECT u.routes + (SELECT count(*) FROM corridor.routes r WHERE r.company_id = p_company AND r.environment = p_env
            AND EXISTS (SELECT FROM corridor.connections c WHERE c.company_id = p_company AND c.environment = p_env
                AND c.provider = p_provider AND c.connection_id = r.exposure_connection_id)),
        u.resources, u.webhooks
    FROM corridor.provider_references_in_use(p_company, p_env, p_provider) u
$$;
REVOKE ALL ON FUNCTION corridor.provider_references FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.provider_references TO corridor_app;

-- As before, and with attempts go the decisions that led to them or to none, once nothing of the resource is open.
ALTER FUNCTION corridor.purge(smallint, integer, boolean) RENAME TO purge_records;
CREATE FUNCTION corridor.purge(p_category smallint, p_limit integer, p_dry boolean)
RETURNS TABLE (count bigint, before_time timestamptz, oldest_time timestamptz, newest_time timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
DECLARE
    v_company text := corridor.bound_company();
    v_env smallint := corridor.bound_environment();
    v_days integer;
BEGIN
    SELECT d.attempts_days INTO v_days FROM corridor.data_policies d
        WHERE d.company_id = v_company AND d.environment = v_env;
    IF p_category = 2 AND NOT p_dry AND v_days > 0 THEN
        DELETE FROM corridor.route_decisions t USING (
            SELECT d.ctid FROM corridor.route_decisions d WHERE d.company_id = v_company AND d.environment = v_env
                AND d.route_decision_id < corridor.id_at('rtd', now() - make_interval(days => greatest(v_days, 30)))
                AND NOT corridor.is_open(v_company, v_env, d.resource_id)
            ORDER BY d.route_decision_id LIMIT p_limit FOR UPDATE) f
        WHERE t.ctid = f.ctid;
    END IF;
    RETURN QUERY SELECT r.count, r.before_time, r.oldest_time, r.newest_time
        FROM corridor.purge_records(p_category, p_limit, p_dry) r;
END $$;
REVOKE ALL ON FUNCTION corridor.purge_records, corridor.purge FROM PUBLIC, corridor_app;
GRANT EXECUTE ON FUNCTION corridor.purge TO corridor_app;

-- As before, with decisions: they repeat the customer's id.
ALTER FUNCTION corridor.erase_value(text, text, text[], text, bytea, bytea, text) RENAME TO erase_record_value;
CREATE FUNCTION corridor.erase_value(
    p_erasure_id text, p_record text, p_key text[], p_field text, p_old_digest bytea, p_bytes bytea, p_text text)
RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
DECLARE
    v_company text := corridor.bound_company();
    v_env smallint := corridor.bound_environment();
    v_subject text;
BEGIN
    IF p_record || '.' || p_field <> 'route_decisions.message' THEN
        RETURN corridor.erase_record_value(p_erasure_id, p_record, p_key, p_field, p_old_digest, p_bytes, p_text);
    END IF;
    SELECT e.resource_id INTO v_subject FROM corridor.erasures e
    WHERE e.company_id = v_company AND e.environment = v_env AND e.erasure_id = p_erasure_id AND e.state = 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such erasure is running' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE corridor.route_decisions t SET message = p_bytes
        WHERE t.company_id = v_company AND t.environment = v_env AND t.route_decision_id = p_key[1]
        AND sha256(t.message) = p_old_digest
        AND t.resource_id IN (SELECT i COLLATE "C" FROM corridor.erasable_ids(v_company, v_env, v_subject) i);
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO corridor.erased_values (company_id, environment, erasure_id, record, key, field, old_digest, new_digest,
        create_time)
    VALUES (v_company, v_env, p_erasure_id, p_record, p_key, p_field, p_old_digest, sha256(p_bytes), clock_timestamp());
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION corridor.erase_record_value, corridor.erase_value FROM PUBLIC, corridor_app;
GRANT EXECUTE ON FUNCTION corridor.erase_value TO corridor_app;
