-- The spine: every table, fence and function of the first release. Frozen; later steps add to it.

CREATE TABLE corridor.api_keys (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    api_key_id TEXT COLLATE "C" NOT NULL,
    prefix TEXT COLLATE "C" NOT NULL,
    secret_hash BYTEA NOT NULL,
    title TEXT NOT NULL,
    scopes TEXT[] NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    revoke_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (company_id, environment, api_key_id),
    CONSTRAINT uq_api_keys_prefix UNIQUE (prefix)
);

CREATE TABLE corridor.attempts (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    attempt_id TEXT COLLATE "C" NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    provider TEXT NOT NULL,
    operation TEXT NOT NULL,
    outcome SMALLINT NOT NULL,
    code TEXT NOT NULL,
    detail TEXT NOT NULL,
    exchanges TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    start_time TIMESTAMP WITH TIME ZONE NOT NULL,
    end_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (company_id, environment, attempt_id)
);
CREATE INDEX ix_attempts_company_id_environment_resource_id_attempt_id ON corridor.attempts (company_id, environment, resource_id, attempt_id);

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

CREATE TABLE corridor.beneficiaries (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    beneficiary_id TEXT COLLATE "C" NOT NULL,
    message BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, beneficiary_id)
);

CREATE TABLE corridor.companies (
    company_id TEXT COLLATE "C" NOT NULL,
    title TEXT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id)
);

CREATE TABLE corridor.connections (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    provider TEXT NOT NULL,
    message BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, connection_id)
);

CREATE TABLE corridor.deliveries (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    delivery_id TEXT COLLATE "C" NOT NULL,
    webhook_endpoint_id TEXT COLLATE "C" NOT NULL,
    event_id TEXT COLLATE "C" NOT NULL,
    event_type TEXT NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    state SMALLINT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    end_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (company_id, environment, delivery_id)
);
CREATE INDEX ix_deliveries_company_id_environment_resource_id_delivery_id ON corridor.deliveries (company_id, environment, resource_id, delivery_id);
CREATE INDEX ix_deliveries_company_id_environment_webhook_endpoint_i_1d09 ON corridor.deliveries (company_id, environment, webhook_endpoint_id, delivery_id);

CREATE TABLE corridor.delivery_tries (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    delivery_id TEXT COLLATE "C" NOT NULL,
    try_number INTEGER NOT NULL,
    time TIMESTAMP WITH TIME ZONE NOT NULL,
    http_status INTEGER NOT NULL,
    error TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    response_excerpt TEXT NOT NULL,
    PRIMARY KEY (company_id, environment, delivery_id, try_number)
);

CREATE TABLE corridor.events (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    event_id TEXT COLLATE "C" NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    type TEXT NOT NULL,
    message BYTEA NOT NULL,
    correlation_id TEXT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, event_id)
);
CREATE UNIQUE INDEX ix_events_company_id_environment_resource_id_sequence ON corridor.events (company_id, environment, resource_id, sequence);

CREATE TABLE corridor.idempotency (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA NOT NULL,
    status BYTEA,
    response BYTEA,
    resource_id TEXT COLLATE "C" NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, method, key)
);
CREATE INDEX ix_idempotency_create_time ON corridor.idempotency (create_time);

CREATE TABLE corridor.inbound_deliveries (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    inbound_delivery_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    provider TEXT NOT NULL,
    state SMALLINT NOT NULL,
    detail TEXT NOT NULL,
    provider_event_id TEXT COLLATE "C" NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    body_sha256 BYTEA NOT NULL,
    body_bytes INTEGER NOT NULL,
    request BYTEA NOT NULL,
    correlation_id TEXT NOT NULL,
    receive_time TIMESTAMP WITH TIME ZONE NOT NULL,
    end_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (company_id, environment, inbound_delivery_id)
);
CREATE INDEX ix_inbound_deliveries_company_id_environment_connection_cc9b ON corridor.inbound_deliveries (company_id, environment, connection_id, body_sha256);
CREATE INDEX ix_inbound_deliveries_company_id_environment_connection_37b6 ON corridor.inbound_deliveries (company_id, environment, connection_id, provider_event_id) WHERE provider_event_id <> '';
CREATE INDEX ix_inbound_deliveries_company_id_environment_resource_i_ec91 ON corridor.inbound_deliveries (company_id, environment, resource_id, inbound_delivery_id) WHERE resource_id <> '';

CREATE TABLE corridor.observations (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    observation_id TEXT COLLATE "C" NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    source SMALLINT NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    verdict SMALLINT NOT NULL,
    message BYTEA NOT NULL,
    correlation_id TEXT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, observation_id)
);
CREATE INDEX ix_observations_company_id_environment_resource_id_obse_1dbe ON corridor.observations (company_id, environment, resource_id, observation_id);

CREATE TABLE corridor.payout_settings (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    message BYTEA NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment)
);

CREATE TABLE corridor.payouts (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    payout_id TEXT COLLATE "C" NOT NULL,
    state SMALLINT NOT NULL,
    beneficiary_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C",
    provider_reference TEXT COLLATE "C",
    revision BIGINT NOT NULL,
    message BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, payout_id)
);
CREATE INDEX ix_payouts_company_id_environment_beneficiary_id_payout_id ON corridor.payouts (company_id, environment, beneficiary_id, payout_id);
CREATE INDEX ix_payouts_company_id_environment_connection_id_provide_6ec6 ON corridor.payouts (company_id, environment, connection_id, provider_reference) WHERE provider_reference IS NOT NULL;

CREATE TABLE corridor.routes (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    route_id TEXT COLLATE "C" NOT NULL,
    domain TEXT NOT NULL,
    rail SMALLINT NOT NULL,
    mode SMALLINT NOT NULL,
    primary_connection_id TEXT COLLATE "C" NOT NULL,
    standby_connection_id TEXT COLLATE "C",
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, route_id)
);
CREATE UNIQUE INDEX ix_routes_company_id_environment_domain_rail ON corridor.routes (company_id, environment, domain, rail);

CREATE TABLE corridor.secrets (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    owner_id TEXT COLLATE "C" NOT NULL,
    secret_id TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    ciphertext BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    expire_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (company_id, environment, owner_id, secret_id)
);

CREATE TABLE corridor.webhook_endpoints (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    webhook_endpoint_id TEXT COLLATE "C" NOT NULL,
    url TEXT NOT NULL,
    event_types TEXT[] NOT NULL,
    state SMALLINT NOT NULL,
    failing_since_time TIMESTAMP WITH TIME ZONE,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    delete_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (company_id, environment, webhook_endpoint_id)
);

CREATE TABLE corridor.work (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    work_id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    lane TEXT COLLATE "C" NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    state SMALLINT NOT NULL,
    tries INTEGER NOT NULL,
    run_time TIMESTAMP WITH TIME ZONE NOT NULL,
    lease_time TIMESTAMP WITH TIME ZONE,
    correlation_id TEXT NOT NULL,
    traceparent TEXT NOT NULL,
    error TEXT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, work_id)
);
CREATE INDEX ix_work_lane ON corridor.work (lane, work_id) WHERE state <> 1;
CREATE INDEX ix_work_ready ON corridor.work (run_time) WHERE state = 0;

CREATE TABLE corridor.work_items (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    work_item_id TEXT COLLATE "C" NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    kind SMALLINT NOT NULL,
    state SMALLINT NOT NULL,
    summary TEXT NOT NULL,
    resolution TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    resolve_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (company_id, environment, work_item_id)
);
CREATE UNIQUE INDEX uq_work_items_open ON corridor.work_items (company_id, environment, resource_id, kind) WHERE state = 1;

CREATE INDEX ix_connections_connection_id ON corridor.connections (connection_id);

-- The role that servers and workers act as. It owns nothing and cannot bypass row security.
DO $$
BEGIN
    CREATE ROLE corridor_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT corridor_app TO CURRENT_USER;
GRANT USAGE ON SCHEMA corridor TO corridor_app;

-- What was recorded is only ever added to.
GRANT SELECT, INSERT ON corridor.audit, corridor.events, corridor.observations, corridor.delivery_tries,
    corridor.beneficiaries, corridor.companies, corridor.idempotency TO corridor_app;
GRANT SELECT, INSERT, UPDATE ON corridor.payouts, corridor.payout_settings, corridor.attempts, corridor.work_items,
    corridor.connections, corridor.routes, corridor.inbound_deliveries, corridor.webhook_endpoints,
    corridor.deliveries, corridor.api_keys TO corridor_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON corridor.work, corridor.secrets TO corridor_app;
GRANT SELECT ON corridor.alembic_version TO corridor_app;

-- The fence below the code: whatever a query says, it sees the rows of one company and environment.
CREATE FUNCTION corridor.bound_company() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('corridor.company_id', true);
CREATE FUNCTION corridor.bound_environment() RETURNS smallint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('corridor.environment', true), '')::smallint;

DO $$
DECLARE name text;
BEGIN
    FOR name IN
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'corridor' AND c.relkind = 'r' AND c.relname NOT IN ('work', 'companies', 'alembic_version')
    LOOP
        EXECUTE format('ALTER TABLE corridor.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant ON corridor.%I TO corridor_app USING (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment())', name);
    END LOOP;
END $$;
ALTER TABLE corridor.companies ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON corridor.companies TO corridor_app
    USING (company_id = corridor.bound_company()) WITH CHECK (company_id = corridor.bound_company());

-- Two look-ups come before it is known whose rows may be seen. They return what is needed to find that out, no more.
CREATE FUNCTION corridor.find_api_key(p_prefix text)
RETURNS TABLE (company_id text, environment smallint, api_key_id text, secret_hash bytea, scopes text[], revoked boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT k.company_id, k.environment, k.api_key_id, k.secret_hash, k.scopes, k.revoke_time IS NOT NULL
    FROM corridor.api_keys k WHERE k.prefix = p_prefix
$$;
CREATE FUNCTION corridor.find_connection(p_connection_id text)
RETURNS TABLE (company_id text, environment smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT c.company_id, c.environment FROM corridor.connections c WHERE c.connection_id = p_connection_id
$$;
-- Keys are kept for a week at least; what is older goes, for every company.
CREATE FUNCTION corridor.forget_idempotency(p_limit integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH gone AS (
        DELETE FROM corridor.idempotency WHERE ctid IN (
            SELECT ctid FROM corridor.idempotency WHERE create_time < now() - interval '8 days' LIMIT p_limit)
        RETURNING 1)
    SELECT count(*)::integer FROM gone
$$;
REVOKE ALL ON FUNCTION corridor.find_api_key, corridor.find_connection, corridor.forget_idempotency FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.find_api_key, corridor.find_connection, corridor.forget_idempotency TO corridor_app;

-- Delivery ids are made where deliveries are: 12 hexadecimal digits of the time in milliseconds, 14 at random.
CREATE FUNCTION corridor.new_delivery_id() RETURNS text LANGUAGE sql VOLATILE
    RETURN 'dlv_' || lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
        || right(translate(gen_random_uuid()::text, '-', ''), 14);

-- Schedules one piece of work. Work of one lane is done in the order of scheduling.
CREATE FUNCTION corridor.schedule(
    p_company text, p_env smallint, p_kind text, p_lane text, p_resource_id text,
    p_run_time timestamptz, p_correlation_id text, p_traceparent text)
RETURNS void LANGUAGE sql VOLATILE
BEGIN ATOMIC
    INSERT INTO corridor.work (company_id, environment, kind, lane, resource_id, state, tries, run_time,
        correlation_id, traceparent, error, create_time)
    VALUES (p_company, p_env, p_kind, p_lane, p_resource_id, 0, 0, p_run_time, p_correlation_id, p_traceparent, '', now());
END;

-- Publishes an event: the event itself, and a delivery in order for every endpoint that wants it.
CREATE FUNCTION corridor.publish(
    p_company text, p_env smallint, p_event_id text, p_resource_id text, p_sequence bigint, p_type text,
    p_message bytea, p_correlation_id text, p_traceparent text)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    endpoint record;
    delivery text;
BEGIN
    -- The time of the statement, not of the transaction: what was observed in it stands before what came of that.
    INSERT INTO corridor.events VALUES (
        p_company, p_env, p_event_id, p_resource_id, p_sequence, p_type, p_message, p_correlation_id, clock_timestamp());
    FOR endpoint IN
        SELECT e.webhook_endpoint_id AS id FROM corridor.webhook_endpoints e
        WHERE e.company_id = p_company AND e.environment = p_env AND e.delete_time IS NULL AND e.state IN (1, 3)
            AND (e.event_types = '{}' OR p_type = ANY (e.event_types))
    LOOP
        delivery := corridor.new_delivery_id();
        INSERT INTO corridor.deliveries VALUES (
            p_company, p_env, delivery, endpoint.id, p_event_id, p_type, p_resource_id, p_sequence, 1, now(), NULL);
        PERFORM corridor.schedule(p_company, p_env, 'webhooks.deliver', endpoint.id || '/' || p_resource_id,
            delivery, now(), p_correlation_id, p_traceparent);
    END LOOP;
END $$;

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

-- Wakes workers for what a transaction schedules, when it commits.
CREATE FUNCTION corridor.wake() RETURNS void LANGUAGE sql VOLATILE
BEGIN ATOMIC
    SELECT pg_notify('corridor_work', '');
END;
