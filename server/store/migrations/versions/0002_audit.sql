-- Audit: more of who and what, months, and the chain.

-- Months of the trail lie in a schema that servers cannot reach: by the table they see one company, by a month never.
CREATE SCHEMA corridor_audit;
ALTER TABLE corridor.audit SET SCHEMA corridor_audit;
ALTER TABLE corridor_audit.audit RENAME TO audit_before;

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
    caller_kind SMALLINT NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    client_ip TEXT NOT NULL,
    claimed TEXT NOT NULL,
    approval_id TEXT COLLATE "C" NOT NULL,
    request_digest BYTEA NOT NULL,
    detail TEXT NOT NULL,
    owner_digest BYTEA NOT NULL,
    owner_salt BYTEA NOT NULL,
    owner_company_id TEXT COLLATE "C" NOT NULL,
    xid BIGINT NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    PRIMARY KEY (company_id, environment, audit_entry_id, create_time)
) PARTITION BY RANGE (create_time);
CREATE INDEX ix_audit_company_id_environment_resource_id_audit_entry_id ON corridor.audit (company_id, environment, resource_id, audit_entry_id);
CREATE INDEX ix_audit_correlation_id ON corridor.audit (correlation_id);
-- What is not sealed yet is at the end: a few bytes for every megabyte find it.
CREATE INDEX ix_audit_xid ON corridor.audit USING brin (xid);
-- For rows of a month that nobody has made: no write is ever refused for the calendar's sake.
CREATE TABLE corridor_audit.audit_default PARTITION OF corridor.audit DEFAULT;

CREATE TABLE corridor.audit_chain (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    position BIGINT NOT NULL,
    audit_entry_id TEXT COLLATE "C" NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    leaf BYTEA NOT NULL,
    link BYTEA NOT NULL,
    PRIMARY KEY (company_id, environment, position)
);
CREATE UNIQUE INDEX ix_audit_chain_company_id_environment_audit_entry_id ON corridor.audit_chain (company_id, environment, audit_entry_id);

CREATE TABLE corridor.audit_checkpoints (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    number BIGINT NOT NULL,
    first_position BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    root BYTEA NOT NULL,
    head BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    jws TEXT NOT NULL,
    PRIMARY KEY (company_id, environment, number)
);

-- How far everything is sealed: below which transaction, in which installation of PostgreSQL. One row.
CREATE TABLE corridor.audit_horizon (
    system_identifier BIGINT NOT NULL,
    horizon BIGINT NOT NULL,
    PRIMARY KEY (system_identifier)
);

ALTER TABLE corridor.audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE corridor.audit_chain ENABLE ROW LEVEL SECURITY;
ALTER TABLE corridor.audit_checkpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE corridor.audit_horizon ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON corridor.audit TO corridor_app USING (company_id = corridor.bound_company()
    AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company()
    AND environment = corridor.bound_environment());
CREATE POLICY tenant ON corridor.audit_chain TO corridor_app USING (company_id = corridor.bound_company()
    AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company()
    AND environment = corridor.bound_environment());
CREATE POLICY tenant ON corridor.audit_checkpoints TO corridor_app USING (company_id = corridor.bound_company()
    AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company()
    AND environment = corridor.bound_environment());

GRANT SELECT, INSERT ON corridor.audit_chain, corridor.audit_checkpoints TO corridor_app;
-- Whose it was that a company asked for in vain is for the operator alone: servers write it, and cannot read it.
GRANT INSERT ON corridor.audit TO corridor_app;
GRANT SELECT (company_id, environment, audit_entry_id, action, method, caller_id, resource_id, outcome, reason,
    request_id, correlation_id, create_time, caller_kind, subject, client_ip, claimed, approval_id, request_digest,
    detail, owner_digest, xid) ON corridor.audit TO corridor_app;

-- Makes the months to come, and gives rows that came before their month a home. Safe to repeat.
-- Who reads the trail is not waited for long, as others would wait behind: it is tried again.
CREATE FUNCTION corridor.ensure_audit_partitions() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = corridor, pg_temp SET timezone = 'UTC' SET lock_timeout = '500ms' AS $$
DECLARE
    month timestamptz;
    name text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('corridor audit months'));
    FOR month IN
        SELECT date_trunc('month', now()) + make_interval(months => ahead) FROM generate_series(0, 2) ahead
        UNION SELECT date_trunc('month', create_time) FROM corridor_audit.audit_default ORDER BY 1
    LOOP
        name := 'audit_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass('corridor_audit.' || name) IS NOT NULL;
        LOCK TABLE corridor_audit.audit_default IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('CREATE TABLE corridor_audit.%I (LIKE corridor.audit INCLUDING DEFAULTS)', name);
        EXECUTE format('WITH moved AS (DELETE FROM corridor_audit.audit_default WHERE create_time >= %L '
            'AND create_time < %L RETURNING *) INSERT INTO corridor_audit.%I SELECT * FROM moved',
            month, month + interval '1 month', name);
        EXECUTE format('ALTER TABLE corridor.audit ATTACH PARTITION corridor_audit.%I FOR VALUES FROM (%L) TO (%L)',
            name, month, month + interval '1 month');
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

-- The months that there are, by their first day.
CREATE FUNCTION corridor.audit_months() RETURNS SETOF date LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = corridor, pg_temp AS $$
    SELECT to_date(right(c.relname, 7), 'YYYY_MM') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'corridor.audit'::regclass AND c.relname ~ '^audit_[0-9]{4}_[0-9]{2}$' ORDER BY 1
$$;

-- Drops the oldest month if it ended before a time and every row of it is sealed; its name. One in a transaction, and
-- looked through before: every call waits for who drops a month, and who drops it does not wait for readers for long.
-- A month younger than 30 days is kept whatever is asked for.
CREATE FUNCTION corridor.drop_audit_partitions(p_before timestamptz) RETURNS SETOF text LANGUAGE plpgsql
SECURITY DEFINER SET search_path = corridor, pg_temp SET timezone = 'UTC' SET lock_timeout = '500ms' AS $$
DECLARE
    name text;
    unsealed boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('corridor audit months'));
    SELECT 'audit_' || to_char(min(month), 'YYYY_MM') INTO name FROM corridor.audit_months() month
    WHERE month + interval '1 month' <= least(p_before, now() - interval '30 days');
    IF name IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM corridor_audit.%I a WHERE NOT EXISTS (SELECT FROM corridor.audit_chain c '
        'WHERE (c.company_id, c.environment, c.audit_entry_id) = (a.company_id, a.environment, a.audit_entry_id)))', name)
        INTO unsealed;
    IF NOT unsealed THEN
        EXECUTE format('DROP TABLE corridor_audit.%I', name);
        RETURN NEXT name;
    END IF;
END $$;

-- Removes the chain of what was dropped with its months. Of a checkpoint with a row that is left, everything is left:
-- its rows can still be proved.
CREATE FUNCTION corridor.trim_audit_chain() RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = corridor, pg_temp SET timezone = 'UTC' AS $$
    DELETE FROM corridor.audit_chain c USING (
        SELECT p.company_id, p.environment, p.first_position, p.entries
        FROM corridor.audit_checkpoints p JOIN corridor.audit_chain r ON r.company_id = p.company_id
            AND r.environment = p.environment AND r.position >= p.first_position
            AND r.position < p.first_position + p.entries
        GROUP BY p.company_id, p.environment, p.first_position, p.entries
        HAVING max(r.create_time) < (SELECT min(month) FROM corridor.audit_months() month)) gone
    WHERE c.company_id = gone.company_id AND c.environment = gone.environment
        AND c.position >= gone.first_position AND c.position < gone.first_position + gone.entries
$$;

-- Where each chain begins once the rows before a time are gone: behind the last checkpoint that has one of them.
CREATE FUNCTION corridor.audit_kept_from(p_before timestamptz)
RETURNS TABLE (company_id text, environment smallint, first_position bigint, number bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT p.company_id, p.environment, max(p.first_position + p.entries), max(p.number) + 1
    FROM corridor.audit_checkpoints p
    WHERE EXISTS (SELECT FROM corridor.audit_chain c WHERE c.company_id = p.company_id
        AND c.environment = p.environment AND c.create_time < p_before
        AND c.position >= p.first_position AND c.position < p.first_position + p.entries)
    GROUP BY p.company_id, p.environment
$$;

-- Records what a caller asked for and that it was done.
DROP FUNCTION corridor.record_audit;
CREATE FUNCTION corridor.record_audit(
    p_company text, p_env smallint, p_audit_entry_id text, p_action text, p_method text, p_caller_id text,
    p_resource_id text, p_outcome smallint, p_reason text, p_request_id text, p_correlation_id text,
    p_caller_kind smallint, p_subject text, p_client_ip text, p_claimed text, p_approval_id text,
    p_request_digest bytea, p_detail text)
RETURNS void LANGUAGE sql VOLATILE
BEGIN ATOMIC
    INSERT INTO corridor.audit VALUES (p_company, p_env, p_audit_entry_id, p_action, p_method, p_caller_id,
        p_resource_id, p_outcome, p_reason, p_request_id, p_correlation_id, now(), p_caller_kind, p_subject,
        p_client_ip, p_claimed, p_approval_id, p_request_digest, p_detail, '', '', '');
END;

-- Records calls of many companies at once: those that changed nothing, and those that were refused.
CREATE FUNCTION corridor.record_calls(
    p_company text[], p_env smallint[], p_audit_entry_id text[], p_action text[], p_method text[], p_caller_id text[],
    p_resource_id text[], p_outcome smallint[], p_reason text[], p_request_id text[], p_correlation_id text[],
    p_caller_kind smallint[], p_subject text[], p_client_ip text[], p_claimed text[], p_approval_id text[],
    p_request_digest bytea[], p_detail text[], p_owner_digest bytea[], p_owner_salt bytea[], p_owner_company_id text[])
RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    INSERT INTO corridor.audit
    SELECT r.company, r.env, r.id, r.action, r.method, r.caller_id, r.resource_id, r.outcome, r.reason, r.request_id,
        r.correlation_id, clock_timestamp(), r.caller_kind, r.subject, r.client_ip, r.claimed, r.approval_id,
        r.request_digest, r.detail, r.owner_digest, r.owner_salt, r.owner_company_id
    FROM unnest(p_company, p_env, p_audit_entry_id, p_action, p_method, p_caller_id, p_resource_id, p_outcome, p_reason,
        p_request_id, p_correlation_id, p_caller_kind, p_subject, p_client_ip, p_claimed, p_approval_id,
        p_request_digest, p_detail, p_owner_digest, p_owner_salt, p_owner_company_id)
        AS r (company, env, id, action, method, caller_id, resource_id, outcome, reason, request_id, correlation_id,
            caller_kind, subject, client_ip, claimed, approval_id, request_digest, detail, owner_digest, owner_salt,
            owner_company_id)
$$;

-- Whose a resource is, for the trail of a call that asked for one that it does not have. By primary key in one
-- company after the other: the same work whether it exists or not.
CREATE FUNCTION corridor.find_owner(p_table text, p_column text, p_id text) RETURNS text LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
DECLARE owner text;
BEGIN
    EXECUTE format('SELECT max(c.company_id) FROM corridor.companies c CROSS JOIN (VALUES (1::smallint), (2::smallint)) e (environment) '
        'WHERE EXISTS (SELECT FROM corridor.%I r WHERE r.company_id = c.company_id AND r.environment = e.environment '
        'AND r.%I = $1)', p_table, p_column) INTO owner USING p_id;
    RETURN coalesce(owner, '');
END $$;

-- What to look at for rows that are not sealed yet: transactions from, to; and below which nothing can appear later.
-- In another installation of PostgreSQL than the last time, as after a restore, numbers of transactions begin anew:
-- then everything is looked at.
CREATE FUNCTION corridor.audit_window(OUT p_from bigint, OUT p_to bigint, OUT p_horizon bigint) LANGUAGE plpgsql
VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
BEGIN
    p_horizon := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    SELECT h.horizon, p_horizon INTO p_from, p_to FROM corridor.audit_horizon h
    WHERE h.system_identifier = (SELECT system_identifier FROM pg_control_system());
    IF NOT FOUND THEN
        p_from := 0;
        p_to := 9223372036854775807;
    END IF;
END $$;
-- What is not sealed of a window, in the order in which it is sealed, without whose it was that was asked for.
CREATE FUNCTION corridor.audit_unsealed(p_from bigint, p_to bigint) RETURNS SETOF corridor.audit
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT a.company_id, a.environment, a.audit_entry_id, a.action, a.method, a.caller_id, a.resource_id, a.outcome,
        a.reason, a.request_id, a.correlation_id, a.create_time, a.caller_kind, a.subject, a.client_ip, a.claimed,
        a.approval_id, a.request_digest, a.detail, a.owner_digest, ''::bytea, ''::text, a.xid
    FROM corridor.audit a
    WHERE a.xid >= p_from AND a.xid < p_to AND NOT EXISTS (SELECT FROM corridor.audit_chain c
        WHERE c.company_id = a.company_id AND c.environment = a.environment AND c.audit_entry_id = a.audit_entry_id)
    ORDER BY a.company_id, a.environment, a.xid, a.audit_entry_id
$$;
-- Says that everything below a transaction is sealed.
CREATE FUNCTION corridor.audit_sealed(p_horizon bigint) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = corridor, pg_temp AS $$
    DELETE FROM corridor.audit_horizon WHERE system_identifier <> (SELECT system_identifier FROM pg_control_system());
    INSERT INTO corridor.audit_horizon
    SELECT s.system_identifier, p_horizon FROM pg_control_system() s
    ON CONFLICT (system_identifier) DO UPDATE SET horizon = greatest(audit_horizon.horizon, excluded.horizon)
$$;
-- The chains that there are.
CREATE FUNCTION corridor.audit_lanes() RETURNS TABLE (company_id text, environment smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT DISTINCT c.company_id, c.environment FROM corridor.audit_checkpoints c
$$;
REVOKE ALL ON FUNCTION corridor.ensure_audit_partitions, corridor.drop_audit_partitions, corridor.trim_audit_chain, corridor.audit_kept_from,
    corridor.record_calls, corridor.find_owner, corridor.audit_window, corridor.audit_unsealed, corridor.audit_sealed,
    corridor.audit_lanes, corridor.audit_months FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.ensure_audit_partitions, corridor.drop_audit_partitions, corridor.trim_audit_chain, corridor.audit_kept_from,
    corridor.record_calls, corridor.find_owner, corridor.audit_window, corridor.audit_unsealed, corridor.audit_sealed,
    corridor.audit_lanes, corridor.audit_months TO corridor_app;

-- Accepts a payout, whole or not at all: claims the key, inserts payout, audit row and event, schedules the dispatch.
-- Returns nothing when it was accepted, and what is stored with the key when the key was used before.
DROP FUNCTION corridor.accept_payout;
CREATE FUNCTION corridor.accept_payout(
    p_company text, p_env smallint, p_method text, p_key text, p_fingerprint bytea, p_response bytea,
    p_payout_id text, p_state smallint, p_beneficiary_id text, p_message bytea, p_time timestamptz,
    p_event_id text, p_event_type text, p_event bytea, p_audit_entry_id text, p_action text, p_caller_id text,
    p_request_id text, p_correlation_id text, p_traceparent text, p_work_kind text,
    p_caller_kind smallint, p_subject text, p_client_ip text, p_claimed text, p_approval_id text, p_request_digest bytea)
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
        p_payout_id, 1, '', p_request_id, p_correlation_id, now(), p_caller_kind, p_subject, p_client_ip, p_claimed,
        p_approval_id, p_request_digest, '', '', '', '');
    PERFORM corridor.publish(p_company, p_env, p_event_id, p_payout_id, 1, p_event_type, p_event,
        p_correlation_id, p_traceparent);
    IF p_work_kind <> '' THEN
        PERFORM corridor.schedule(p_company, p_env, p_work_kind, p_work_kind || '/' || p_payout_id, p_payout_id, now(),
            p_correlation_id, p_traceparent);
    END IF;
END $$;

-- What was recorded before has what was known then. Its transactions are over.
INSERT INTO corridor.audit
SELECT company_id, environment, audit_entry_id, action, method, caller_id, resource_id, outcome, reason, request_id,
    correlation_id, create_time, 0, '', '', '', '', '', '', '', '', '', 0
FROM corridor_audit.audit_before;
DROP TABLE corridor_audit.audit_before;
SELECT corridor.ensure_audit_partitions();
