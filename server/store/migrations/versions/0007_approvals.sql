-- Approvals and their policies.

CREATE TABLE corridor.approval_policies (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    revision BIGINT NOT NULL,
    message BYTEA NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment)
);

CREATE TABLE corridor.approvals (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    approval_id TEXT COLLATE "C" NOT NULL,
    state SMALLINT NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA NOT NULL,
    request BYTEA NOT NULL,
    caller BYTEA NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    message BYTEA NOT NULL,
    escalate_time TIMESTAMP WITH TIME ZONE,
    expire_time TIMESTAMP WITH TIME ZONE NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, approval_id)
);
CREATE UNIQUE INDEX uq_approvals_key ON corridor.approvals (company_id, environment, method, key);
CREATE INDEX ix_approvals_company_id_environment_resource_id ON corridor.approvals (company_id, environment, resource_id);
CREATE INDEX ix_approvals_expire_time ON corridor.approvals (expire_time) WHERE state = 1;
CREATE INDEX ix_approvals_escalate_time ON corridor.approvals (escalate_time) WHERE state = 1;

-- Who asked and what for is never changed: only what is promoted, and the message with what was decided.
GRANT SELECT, INSERT ON corridor.approvals TO corridor_app;
GRANT UPDATE (state, message, request, caller, escalate_time, resource_id) ON corridor.approvals TO corridor_app;
GRANT SELECT, INSERT, UPDATE ON corridor.approval_policies TO corridor_app;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['approvals', 'approval_policies'] LOOP
        EXECUTE format('ALTER TABLE corridor.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant ON corridor.%I TO corridor_app USING (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment())', name);
    END LOOP;
END $$;

-- Which approvals have waited too long. Ids only, of every company.
CREATE FUNCTION corridor.due_approvals(p_limit integer)
RETURNS TABLE (company_id text, environment smallint, approval_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    (SELECT a.company_id, a.environment, a.approval_id FROM corridor.approvals a
        WHERE a.state = 1 AND a.expire_time <= now() ORDER BY a.expire_time LIMIT p_limit)
    UNION
    (SELECT a.company_id, a.environment, a.approval_id FROM corridor.approvals a
        WHERE a.state = 1 AND a.escalate_time <= now() ORDER BY a.escalate_time LIMIT p_limit)
$$;
REVOKE ALL ON FUNCTION corridor.due_approvals FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.due_approvals TO corridor_app;
