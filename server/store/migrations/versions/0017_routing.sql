-- Versioned routing rules.

-- A version never changes, but for being put into force once and being withdrawn. `activate_time` is when its time had
-- come and everybody was told; from then on `effective_time` is long ago, so that no process whose clock is slow goes by
-- the version before. `connection_ids` names what its rules may send over.
CREATE TABLE corridor.routing_policies (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    routing_policy_id TEXT COLLATE "C" NOT NULL,
    domain TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    effective_time TIMESTAMP WITH TIME ZONE NOT NULL,
    activate_time TIMESTAMP WITH TIME ZONE,
    withdraw_time TIMESTAMP WITH TIME ZONE,
    connection_ids TEXT[] NOT NULL,
    message BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, routing_policy_id)
);
CREATE UNIQUE INDEX ix_routing_policies_version
    ON corridor.routing_policies (company_id, environment, domain, version);
CREATE INDEX ix_routing_policies_due ON corridor.routing_policies (company_id, environment, effective_time)
    WHERE activate_time IS NULL AND withdraw_time IS NULL;
GRANT SELECT, INSERT ON corridor.routing_policies TO corridor_app;
GRANT UPDATE (effective_time, activate_time, withdraw_time, message) ON corridor.routing_policies TO corridor_app;
ALTER TABLE corridor.routing_policies ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON corridor.routing_policies TO corridor_app
    USING (company_id = corridor.bound_company() AND environment = corridor.bound_environment())
    WITH CHECK (company_id = corridor.bound_company() AND environment = corridor.bound_environment());

-- The version that decides at a time: the highest one whose time has come and that was not withdrawn.
CREATE FUNCTION corridor.active_policy(p_company text, p_env smallint, p_domain text, p_time timestamptz)
RETURNS TABLE (routing_policy_id text, version bigint) LANGUAGE sql STABLE AS $$
    SELECT p.routing_policy_id::text, p.version FROM corridor.routing_policies p
    WHERE p.company_id = p_company AND p.environment = p_env AND p.domain = p_domain
        AND p.effective_time <= p_time AND p.withdraw_time IS NULL
    ORDER BY p.version DESC LIMIT 1
$$;

-- Versions whose time has come, by the companies' own clocks, and of which nobody was told yet.
CREATE FUNCTION corridor.due_routing_policies(p_limit integer)
RETURNS TABLE (company_id text, environment smallint, routing_policy_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT p.company_id, p.environment, p.routing_policy_id FROM corridor.routing_policies p
    LEFT JOIN corridor.sandbox_clocks s ON s.company_id = p.company_id AND s.environment = p.environment
    WHERE p.activate_time IS NULL AND p.withdraw_time IS NULL
        AND p.effective_time <= clock_timestamp() + make_interval(secs => coalesce(s.ahead_seconds, 0))
    ORDER BY p.effective_time, p.version LIMIT p_limit
$$;

-- As before; what decides now or will decide later counts like a route that names the provider.
CREATE OR REPLACE FUNCTION corridor.provider_references(p_company text, p_env smallint, p_provider text)
RETURNS TABLE (routes bigint, resources bigint, webhooks bigint) LANGUAGE sql STABLE AS $$
    SELECT
        (SELECT count(*) FROM corridor.routes r WHERE r.company_id = p_company AND r.environment = p_env
            AND EXISTS (SELECT FROM corridor.connections c WHERE c.company_id = p_company AND c.environment = p_env
                AND c.provider = p_provider
                AND c.connection_id IN (r.primary_connection_id, r.standby_connection_id)))
        + (SELECT count(*) FROM corridor.routing_policies p WHERE p.company_id = p_company AND p.environment = p_env
            AND p.withdraw_time IS NULL
            AND NOT EXISTS (SELECT FROM corridor.routing_policies later WHERE later.company_id = p_company
                AND later.environment = p_env AND later.domain = p.domain AND later.version > p.version
                AND later.activate_time IS NOT NULL AND later.withdraw_time IS NULL)
            AND EXISTS (SELECT FROM corridor.connections c WHERE c.company_id = p_company AND c.environment = p_env
                AND c.provider = p_provider AND c.connection_id = ANY (p.connection_ids))),
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
REVOKE ALL ON FUNCTION corridor.active_policy, corridor.due_routing_policies FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.active_policy, corridor.due_routing_policies TO corridor_app;
