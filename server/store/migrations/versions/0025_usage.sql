-- What callers use of the contract, by day; and of what that ends they were warned.

-- Of a field, in how many calls it was set; an empty one is the call itself. Only corridor.count_usage writes it, and
-- only corridor.forget_usage removes from it.
CREATE TABLE corridor.usage_counts (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    direction SMALLINT NOT NULL,
    caller_kind SMALLINT NOT NULL,
    caller_id TEXT COLLATE "C" NOT NULL,
    usage_date DATE NOT NULL,
    calls BIGINT NOT NULL,
    sampled BIGINT NOT NULL,
    PRIMARY KEY (company_id, environment, field, method, caller_kind, caller_id, direction, usage_date)
) WITH (fillfactor = 80);
CREATE INDEX ix_usage_counts_usage_date ON corridor.usage_counts (usage_date);

-- Each company is told once of each level at which something ends that it uses.
CREATE TABLE corridor.usage_warnings (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    element TEXT COLLATE "C" NOT NULL,
    sunset_date DATE NOT NULL,
    level SMALLINT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, element, sunset_date, level)
);

GRANT SELECT ON corridor.usage_counts TO corridor_app;
GRANT SELECT, INSERT ON corridor.usage_warnings TO corridor_app;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['usage_counts', 'usage_warnings'] LOOP
        EXECUTE format('ALTER TABLE corridor.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant ON corridor.%I TO corridor_app USING (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment())', name);
    END LOOP;
END $$;

-- Adds what a process has counted, of any companies. Two processes meet rows in the same order, so that neither waits
-- for the other for ever.
CREATE FUNCTION corridor.count_usage(p_companies text[], p_environments smallint[], p_methods text[], p_fields text[],
    p_directions smallint[], p_kinds smallint[], p_callers text[], p_dates date[], p_calls bigint[], p_sampled bigint[])
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
BEGIN
    -- Nothing waits for the disk: what is lost of it with the machine is some seconds of counts.
    PERFORM set_config('synchronous_commit', 'off', true);
    INSERT INTO corridor.usage_counts AS u
        (company_id, environment, method, field, direction, caller_kind, caller_id, usage_date, calls, sampled)
    SELECT * FROM unnest(p_companies, p_environments, p_methods, p_fields, p_directions, p_kinds, p_callers, p_dates,
        p_calls, p_sampled)
        AS t (company_id, environment, method, field, direction, caller_kind, caller_id, usage_date, calls, sampled)
    ORDER BY company_id, environment, field, method, caller_kind, caller_id, direction, usage_date
    ON CONFLICT (company_id, environment, field, method, caller_kind, caller_id, direction, usage_date)
        DO UPDATE SET calls = u.calls + excluded.calls, sampled = u.sampled + excluded.sampled;
END $$;

-- Removes what was counted before a day, of every company, up to a number of rows; how many it were.
CREATE FUNCTION corridor.forget_usage(p_before date, p_at_once integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH gone AS (
        DELETE FROM corridor.usage_counts u WHERE u.ctid IN (
            SELECT o.ctid FROM corridor.usage_counts o
            WHERE o.usage_date < least(p_before, (clock_timestamp() AT TIME ZONE 'UTC')::date - 400)
            LIMIT p_at_once)
        RETURNING 1)
    SELECT count(*) FROM gone
$$;

-- Who has used anything since a day, or one of some methods and fields.
CREATE FUNCTION corridor.usage_tenants(p_first date, p_elements text[])
RETURNS TABLE (company_id text, environment smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT DISTINCT u.company_id, u.environment FROM corridor.usage_counts u
    WHERE u.usage_date >= p_first AND (p_elements IS NULL
        OR u.field = ANY (p_elements) OR (u.field = '' AND u.method = ANY (p_elements)))
    ORDER BY 1, 2
$$;
REVOKE ALL ON FUNCTION corridor.count_usage, corridor.forget_usage, corridor.usage_tenants FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.count_usage, corridor.forget_usage, corridor.usage_tenants TO corridor_app;
