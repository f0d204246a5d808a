-- Data policies: how long records are kept and where; what was purged.

CREATE TABLE corridor.data_policies (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    events_days INTEGER NOT NULL,
    attempts_days INTEGER NOT NULL,
    observations_days INTEGER NOT NULL,
    deliveries_days INTEGER NOT NULL,
    inbound_deliveries_days INTEGER NOT NULL,
    work_items_days INTEGER NOT NULL,
    secrets_days INTEGER NOT NULL,
    approvals_days INTEGER NOT NULL,
    idempotency_days INTEGER NOT NULL,
    audit_days INTEGER NOT NULL,
    residency TEXT NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment)
);
GRANT SELECT, INSERT, UPDATE ON corridor.data_policies TO corridor_app;

CREATE TABLE corridor.purges (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    purge_id TEXT COLLATE "C" NOT NULL,
    category SMALLINT NOT NULL,
    count BIGINT NOT NULL,
    before_time TIMESTAMP WITH TIME ZONE NOT NULL,
    oldest_time TIMESTAMP WITH TIME ZONE NOT NULL,
    newest_time TIMESTAMP WITH TIME ZONE NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, purge_id)
);
GRANT SELECT, INSERT ON corridor.purges TO corridor_app;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['data_policies', 'purges'] LOOP
        EXECUTE format('ALTER TABLE corridor.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant ON corridor.%I TO corridor_app USING (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment())', name);
    END LOOP;
END $$;

-- Whether something is still open to change, so that nothing of it may go: a payout that moves, or that can still be
-- returned (an ACH return may come 60 days after settlement), or anything that a person has to look at.
CREATE FUNCTION corridor.is_open(p_company text, p_env smallint, p_resource_id text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM corridor.payouts p WHERE p.company_id = p_company AND p.environment = p_env
            AND p.payout_id = p_resource_id
            AND (p.state IN (1, 2, 3, 4) OR (p.state = 5 AND p.update_time > now() - interval '90 days')))
        OR EXISTS (SELECT FROM corridor.work_items w WHERE w.company_id = p_company AND w.environment = p_env
            AND w.resource_id = p_resource_id AND w.state = 1)
$$;

-- Whether an approval has yet to tell how its call ended: without its key it would run a second time.
CREATE FUNCTION corridor.is_awaited(p_company text, p_env smallint, p_method text, p_key text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM corridor.approvals a WHERE a.company_id = p_company AND a.environment = p_env
        AND a.method = p_method AND a.key = p_key AND a.state IN (1, 2))
$$;

-- Removes up to p_limit records of one kind that are past the retention of the bound company, the oldest first; with
-- p_dry it only counts them. The role has no right to delete what was recorded: this is the only way, the time comes
-- from the policy alone, and no policy is shorter than the floors below.
CREATE FUNCTION corridor.purge(p_category smallint, p_limit integer, p_dry boolean)
RETURNS TABLE (count bigint, before_time timestamptz, oldest_time timestamptz, newest_time timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
DECLARE
    v_company text := corridor.bound_company();
    v_env smallint := corridor.bound_environment();
    v_policy corridor.data_policies;
    v_days integer;
    v_table text;
    v_key text;
    v_time text := 'create_time';
    v_where text;
    v_found text;
BEGIN
    SELECT * INTO v_policy FROM corridor.data_policies d WHERE d.company_id = v_company AND d.environment = v_env;
    CASE p_category
        WHEN 1 THEN
            v_days := greatest(nullif(v_policy.events_days, 0), 30);
            v_table := 'events'; v_key := 'event_id';
            v_where := $q$ t.event_id < corridor.id_at('evt', $3) AND NOT corridor.is_open($1, $2, t.resource_id)
                AND NOT EXISTS (SELECT FROM corridor.deliveries d WHERE d.company_id = $1 AND d.environment = $2
                    AND d.resource_id = t.resource_id AND d.event_id = t.event_id)$q$;
        WHEN 2 THEN
            v_days := greatest(nullif(v_policy.attempts_days, 0), 30);
            v_table := 'attempts'; v_key := 'attempt_id'; v_time := 'start_time';
            v_where := $q$ t.attempt_id < corridor.id_at('att', $3) AND t.end_time IS NOT NULL
                AND NOT corridor.is_open($1, $2, t.resource_id)$q$;
        WHEN 3 THEN
            v_days := greatest(nullif(v_policy.observations_days, 0), 30);
            v_table := 'observations'; v_key := 'observation_id';
            v_where := $q$ t.observation_id < corridor.id_at('obs', $3)
                AND NOT corridor.is_open($1, $2, t.resource_id)$q$;
        WHEN 4 THEN
            v_days := greatest(nullif(v_policy.deliveries_days, 0), 30);
            v_table := 'deliveries'; v_key := 'delivery_id';
            v_where := $q$ t.state <> 1 AND t.end_time IS NOT NULL AND NOT corridor.is_open($1, $2, t.resource_id)
                AND t.delivery_id < 'dlv_' || lpad(to_hex((extract(epoch FROM $3) * 1000)::bigint), 12, '0')$q$;
        WHEN 5 THEN
            v_days := greatest(nullif(v_policy.inbound_deliveries_days, 0), 30);
            v_table := 'inbound_deliveries'; v_key := 'inbound_delivery_id'; v_time := 'receive_time';
            v_where := $q$ t.inbound_delivery_id < corridor.id_at('in', $3) AND t.state <> 1 AND t.end_time IS NOT NULL
                AND NOT corridor.is_open($1, $2, t.resource_id)
                AND NOT corridor.is_open($1, $2, t.inbound_delivery_id)$q$;
        WHEN 6 THEN
            v_days := greatest(nullif(v_policy.work_items_days, 0), 30);
            v_table := 'work_items'; v_key := 'work_item_id'; v_time := 'resolve_time';
            v_where := $q$ t.state = 2 AND NOT corridor.is_open($1, $2, t.resource_id)$q$;
        WHEN 7 THEN
            v_days := greatest(nullif(v_policy.secrets_days, 0), 1);
            v_table := 'secrets'; v_key := 'owner_id'; v_time := 'expire_time';
            v_where := ' true';
        WHEN 8 THEN
            v_days := greatest(nullif(v_policy.approvals_days, 0), 365);
            v_table := 'approvals'; v_key := 'approval_id';
            v_where := ' t.state NOT IN (1, 2)';  -- not those that wait, or that are yet to run
        WHEN 9 THEN
            v_days := greatest(nullif(v_policy.idempotency_days, 0), 7);
            v_table := 'idempotency'; v_key := 'create_time';
            v_where := ' NOT corridor.is_awaited($1, $2, t.method, t.key)';
    END CASE;
    -- Without a policy, or with 0 in it, there is nothing to do: greatest() passes over a missing value.
    IF coalesce((to_jsonb(v_policy) ->> (v_table || '_days'))::integer, 0) = 0 THEN
        RETURN;
    END IF;
    before_time := now() - make_interval(days => v_days);
    v_found := format('SELECT t.ctid, t.%I AS time FROM corridor.%I t WHERE t.company_id = $1 AND t.environment = $2 '
        'AND t.%I < $3 AND %s ORDER BY t.%I LIMIT $4', v_time, v_table, v_time, v_where, v_key);
    IF NOT p_dry AND p_category = 4 THEN
        EXECUTE format('DELETE FROM corridor.delivery_tries r USING (%s) f, corridor.deliveries d WHERE d.ctid = f.ctid '
            'AND r.company_id = $1 AND r.environment = $2 AND r.delivery_id = d.delivery_id', v_found)
            USING v_company, v_env, before_time, p_limit;
    END IF;
    IF p_dry THEN
        EXECUTE format('SELECT count(*), min(f.time), max(f.time) FROM (%s) f', v_found)
            INTO count, oldest_time, newest_time USING v_company, v_env, before_time, p_limit;
    ELSE
        EXECUTE format('WITH gone AS (DELETE FROM corridor.%I t USING (%s FOR UPDATE) f WHERE t.ctid = f.ctid '
            'RETURNING t.%I AS time) SELECT count(*), min(time), max(time) FROM gone', v_table, v_found, v_time)
            INTO count, oldest_time, newest_time USING v_company, v_env, before_time, p_limit;
    END IF;
    IF count > 0 THEN
        RETURN NEXT;
    END IF;
END $$;

-- Whose data has a policy.
CREATE FUNCTION corridor.purgeable() RETURNS TABLE (company_id text, environment smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT d.company_id, d.environment FROM corridor.data_policies d ORDER BY 1, 2
$$;

-- From which month on the audit trail is kept for all, whatever is set: a year (PCI DSS 4.0, 10.5.1), and longer where
-- some company's policy says so.
CREATE FUNCTION corridor.audit_cutoff() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT date_trunc('month', now() - make_interval(days => greatest(max(d.audit_days), 365)), 'UTC')
    FROM corridor.data_policies d WHERE d.audit_days > 0
$$;
REVOKE ALL ON FUNCTION corridor.purge, corridor.purgeable, corridor.audit_cutoff FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.purge, corridor.purgeable, corridor.audit_cutoff TO corridor_app;

-- Keys are kept for a week at least, and for eight days where no policy says otherwise: then purging forgets them.
CREATE OR REPLACE FUNCTION corridor.forget_idempotency(p_limit integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH gone AS (
        DELETE FROM corridor.idempotency WHERE ctid IN (
            SELECT i.ctid FROM corridor.idempotency i WHERE i.create_time < now() - interval '8 days'
                AND NOT EXISTS (SELECT FROM corridor.data_policies d WHERE d.company_id = i.company_id
                    AND d.environment = i.environment AND d.idempotency_days > 0)
                AND NOT corridor.is_awaited(i.company_id, i.environment, i.method, i.key)
            LIMIT p_limit)
        RETURNING 1)
    SELECT count(*)::integer FROM gone
$$;
