-- Sweeps through what providers list.

-- `phase` and `cursor` are where a sweep goes on after its last page, whoever takes it up.
CREATE TABLE corridor.sweeps (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    sweep_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    state SMALLINT NOT NULL,
    since_time TIMESTAMP WITH TIME ZONE NOT NULL,
    phase SMALLINT NOT NULL,
    cursor TEXT NOT NULL,
    message BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, sweep_id)
);
CREATE INDEX ix_sweeps_connection ON corridor.sweeps (company_id, environment, connection_id, sweep_id);
CREATE INDEX ix_sweeps_create_time ON corridor.sweeps (create_time);
GRANT SELECT, INSERT, UPDATE ON corridor.sweeps TO corridor_app;
ALTER TABLE corridor.sweeps ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON corridor.sweeps TO corridor_app
    USING (company_id = corridor.bound_company() AND environment = corridor.bound_environment())
    WITH CHECK (company_id = corridor.bound_company() AND environment = corridor.bound_environment());

-- Connections to some providers whose last sweep began longer ago than so many seconds, a fifth more or less: by that
-- those that began together do not stay together. One that still runs is left alone.
CREATE FUNCTION corridor.due_sweeps(p_providers text[], p_seconds double precision, p_limit integer)
RETURNS TABLE (company_id text, environment smallint, connection_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT c.company_id, c.environment, c.connection_id
    FROM corridor.connections c LEFT JOIN LATERAL (
        SELECT s.sweep_id, s.state, s.create_time FROM corridor.sweeps s
        WHERE s.company_id = c.company_id AND s.environment = c.environment AND s.connection_id = c.connection_id
        ORDER BY s.sweep_id DESC LIMIT 1) last ON true
    WHERE c.provider = ANY (p_providers) AND last.state IS DISTINCT FROM 1::smallint
        AND coalesce(last.create_time, c.create_time) + make_interval(secs => p_seconds * (0.8
            + 0.4 * abs(hashtext(c.connection_id || coalesce(last.sweep_id, '')) % 1000) / 1000.0)) <= clock_timestamp()
    ORDER BY coalesce(last.create_time, c.create_time) LIMIT p_limit
$$;

-- What sweeps were there more than 90 days ago. The last completed one of a connection stays: the next begins there.
CREATE FUNCTION corridor.forget_sweeps(p_limit integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH gone AS (
        DELETE FROM corridor.sweeps s WHERE s.ctid IN (
            SELECT o.ctid FROM corridor.sweeps o
            WHERE o.create_time < now() - interval '90 days' AND o.state <> 1 AND EXISTS (
                SELECT FROM corridor.sweeps n WHERE n.company_id = o.company_id AND n.environment = o.environment
                    AND n.connection_id = o.connection_id AND n.sweep_id > o.sweep_id AND n.state = 2)
            ORDER BY o.create_time LIMIT p_limit)
        RETURNING 1)
    SELECT count(*)::integer FROM gone
$$;
REVOKE ALL ON FUNCTION corridor.due_sweeps, corridor.forget_sweeps FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.due_sweeps, corridor.forget_sweeps TO corridor_app;
