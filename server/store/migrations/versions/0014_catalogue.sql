-- Stages of providers, and their certifications.

CREATE TABLE corridor.provider_stages (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    provider_stage_id TEXT COLLATE "C" NOT NULL,
    provider TEXT COLLATE "C" NOT NULL,
    stage SMALLINT NOT NULL,
    revision BIGINT NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, provider_stage_id)
);
CREATE UNIQUE INDEX ix_provider_stages_provider ON corridor.provider_stages (company_id, environment, provider);
GRANT SELECT, INSERT, UPDATE ON corridor.provider_stages TO corridor_app;

CREATE TABLE corridor.certifications (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    certification_id TEXT COLLATE "C" NOT NULL,
    provider TEXT COLLATE "C" NOT NULL,
    adapter_digest TEXT COLLATE "C" NOT NULL,
    passed BOOLEAN NOT NULL,
    message BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, certification_id)
);
CREATE INDEX ix_certifications_provider
    ON corridor.certifications (company_id, environment, provider, certification_id);
GRANT SELECT, INSERT ON corridor.certifications TO corridor_app;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['provider_stages', 'certifications'] LOOP
        EXECUTE format('ALTER TABLE corridor.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant ON corridor.%I TO corridor_app USING (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment())', name);
    END LOOP;
END $$;

-- Providers that live routes use when this step is taken are live: what sends today must not stop by an update.
INSERT INTO corridor.provider_stages
SELECT used.company_id, used.environment, 'stage_' || left(replace(gen_random_uuid()::text, '-', ''), 26),
    used.provider, 5, 1, now()
FROM (
    SELECT DISTINCT c.company_id, c.environment, c.provider FROM corridor.routes r
    JOIN corridor.connections c ON c.company_id = r.company_id AND c.environment = r.environment
        AND c.connection_id IN (r.primary_connection_id, r.standby_connection_id)
    WHERE r.environment = 2
) used;

-- What of the bound company still refers to a provider: routes that name it; what it was given, or may have, and told
-- of, that is still open; webhooks of it that nobody has read yet. Attempts by which it certainly did nothing (2, 3, 5)
-- do not count.
CREATE FUNCTION corridor.provider_references(p_company text, p_env smallint, p_provider text)
RETURNS TABLE (routes bigint, resources bigint, webhooks bigint) LANGUAGE sql STABLE AS $$
    SELECT
        (SELECT count(*) FROM corridor.routes r WHERE r.company_id = p_company AND r.environment = p_env
            AND EXISTS (SELECT FROM corridor.connections c WHERE c.company_id = p_company AND c.environment = p_env
                AND c.provider = p_provider
                AND c.connection_id IN (r.primary_connection_id, r.standby_connection_id))),
        (SELECT count(*) FROM (
            SELECT a.resource_id FROM corridor.attempts a WHERE a.company_id = p_company AND a.environment = p_env
                AND a.provider = p_provider AND a.outcome NOT IN (2, 3, 5)
            UNION
            SELECT i.resource_id FROM corridor.inbound_deliveries i WHERE i.company_id = p_company
                AND i.environment = p_env AND i.provider = p_provider AND i.resource_id <> ''
        ) named WHERE corridor.is_open(p_company, p_env, named.resource_id)),
        (SELECT count(*) FROM corridor.inbound_deliveries i WHERE i.company_id = p_company AND i.environment = p_env
            AND i.provider = p_provider AND i.state = 1)
$$;

-- Whether a connection may send now for a domain and rail. In the live environment their route has to be on and name
-- it, and its provider has to be live or retiring (5, 6); a standby whose provider is in partial use is asked for where
-- the whole route is read.
-- Whoever changes routes or stages waits until the transaction ends, and then finds the attempt.
CREATE FUNCTION corridor.may_send(
    p_company text, p_env smallint, p_connection_id text, p_domain text, p_rail smallint)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF p_env <> 2 THEN
        RETURN true;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('routes/' || p_company || '/' || p_env::text, 0));
    RETURN EXISTS (SELECT FROM corridor.connections c JOIN corridor.provider_stages s ON s.company_id = c.company_id
            AND s.environment = c.environment AND s.provider = c.provider
            WHERE c.company_id = p_company AND c.environment = p_env AND c.connection_id = p_connection_id
            AND s.stage IN (5, 6))
        AND coalesce((
            SELECT r.mode = 1 AND p_connection_id IN (r.primary_connection_id, coalesce(r.standby_connection_id, ''))
            FROM corridor.routes r WHERE r.company_id = p_company AND r.environment = p_env
                AND r.domain = p_domain AND r.rail IN (p_rail, 0) ORDER BY r.rail DESC LIMIT 1), false);
END $$;
REVOKE ALL ON FUNCTION corridor.provider_references, corridor.may_send FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.provider_references, corridor.may_send TO corridor_app;
