-- Work items that people work on, and replays.

-- Whom and what a work item is about, who works on it, and how often its age was told. Servers of before insert without
-- them: their items get an age alert after an hour like others.
ALTER TABLE corridor.work_items
    ADD COLUMN provider TEXT NOT NULL DEFAULT '',
    ADD COLUMN connection_id TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN assignee_id TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN assign_time TIMESTAMP WITH TIME ZONE,
    ADD COLUMN alerts SMALLINT NOT NULL DEFAULT 0,
    ADD COLUMN alert_time TIMESTAMP WITH TIME ZONE,
    ADD COLUMN next_alert_time TIMESTAMP WITH TIME ZONE DEFAULT now() + interval '1 hour',
    ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
CREATE INDEX ix_work_items_next_alert_time ON corridor.work_items (next_alert_time)
    WHERE state = 1 AND next_alert_time IS NOT NULL;
CREATE INDEX ix_work_items_company_id_environment_work_item_id ON corridor.work_items (company_id, environment, work_item_id)
    WHERE state = 1;

-- At which ages of an open item of a kind a company is told again, where it has set that.
CREATE TABLE corridor.aging_rules (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    kind SMALLINT NOT NULL,
    ages_seconds BIGINT[] NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, kind)
);

CREATE TABLE corridor.replays (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    replay_id TEXT COLLATE "C" NOT NULL,
    state SMALLINT NOT NULL,
    message BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, replay_id)
);
CREATE INDEX ix_replays_update_time ON corridor.replays (update_time);

-- What was shown is known again by two digests: of how its resource stood, and of what it would come to. Nothing in an
-- entry repeats what a provider said of a customer.
CREATE TABLE corridor.replay_entries (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    replay_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    subject_id TEXT COLLATE "C" NOT NULL,
    state SMALLINT NOT NULL,
    effect SMALLINT NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    standing BYTEA NOT NULL,
    outcome BYTEA NOT NULL,
    message BYTEA NOT NULL,
    PRIMARY KEY (company_id, environment, replay_id, position)
);
CREATE INDEX ix_replay_entries_state ON corridor.replay_entries (company_id, environment, replay_id, state, position);
CREATE INDEX ix_replay_entries_done ON corridor.replay_entries (company_id, environment, replay_id, resource_id) WHERE state = 3;
GRANT SELECT, INSERT, UPDATE ON corridor.aging_rules, corridor.replays, corridor.replay_entries TO corridor_app;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['aging_rules', 'replays', 'replay_entries'] LOOP
        EXECUTE format('ALTER TABLE corridor.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant ON corridor.%I TO corridor_app USING (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment())', name);
    END LOOP;
END $$;

-- The connection over which a person wants the work done; empty where the rules choose.
ALTER TABLE corridor.work ADD COLUMN directed_to TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX ix_work_given_up ON corridor.work (lane) WHERE state = 1;

-- What is not at an end, by id: ids are in the order of time, so that the oldest are found first.
CREATE INDEX ix_payouts_open ON corridor.payouts (payout_id) WHERE state IN (1, 2, 3, 4);
CREATE INDEX ix_payments_open ON corridor.payments (payment_id) WHERE state IN (1, 2, 3);
CREATE INDEX ix_payment_actions_open ON corridor.payment_actions (payment_action_id) WHERE state IN (1, 2);
CREATE INDEX ix_disputes_open ON corridor.disputes (dispute_id) WHERE state IN (1, 2, 3, 4);
-- What a replay of failed deliveries chooses from.
CREATE INDEX ix_inbound_deliveries_failed ON corridor.inbound_deliveries (company_id, environment, inbound_delivery_id)
    WHERE state IN (4, 6);

-- Open work items whose age is to be looked at, of every company; in a sandbox that was put forward, by its own time.
CREATE FUNCTION corridor.aging_work_items(p_limit integer)
RETURNS TABLE (company_id text, environment smallint, work_item_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    (SELECT i.company_id, i.environment, i.work_item_id FROM corridor.work_items i
        WHERE i.state = 1 AND i.next_alert_time <= now() ORDER BY i.next_alert_time LIMIT p_limit)
    UNION
    (SELECT i.company_id, i.environment, i.work_item_id FROM corridor.sandbox_clocks s
        JOIN corridor.work_items i ON i.company_id = s.company_id AND i.environment = s.environment
        WHERE s.ahead_seconds > 0 AND i.state = 1
            AND i.next_alert_time <= now() + make_interval(secs => s.ahead_seconds) LIMIT p_limit)
$$;

-- How many items of each kind are open in each environment, and how old the oldest is. For metrics: of no company by name.
CREATE FUNCTION corridor.open_work_items()
RETURNS TABLE (environment smallint, kind smallint, open_count bigint, oldest_seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT i.environment, i.kind, count(*), extract(epoch FROM clock_timestamp() - min(i.create_time))::float8
    FROM corridor.work_items i WHERE i.state = 1 GROUP BY i.environment, i.kind
$$;

-- Work of a kind whose lanes begin so, that was made before a time and is neither done nor given up, and of whose resource
-- no work item is open.
CREATE FUNCTION corridor.long_waiting(p_kind text, p_prefix text, p_before timestamptz, p_limit integer)
RETURNS TABLE (company_id text, environment smallint, resource_id text, state smallint, error text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT w.company_id, w.environment, w.resource_id, w.state, w.error FROM corridor.work w
    WHERE w.lane >= p_kind || '/' || p_prefix || '_' AND w.lane < p_kind || '/' || corridor.id_at(p_prefix, p_before)
        AND w.state <> 1 AND w.create_time < p_before
        AND NOT EXISTS (SELECT FROM corridor.work_items i WHERE i.company_id = w.company_id
            AND i.environment = w.environment AND i.resource_id = w.resource_id AND i.state = 1)
    ORDER BY w.lane LIMIT p_limit
$$;

-- Whether anybody will do something about a resource: work that is due or waits, or an open work item. Work is found by
-- its lane, which is the kind and the resource.
CREATE FUNCTION corridor.is_attended(p_company text, p_env smallint, p_resource_id text, p_lanes text[])
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT EXISTS (SELECT FROM corridor.work w WHERE w.lane = ANY (p_lanes) AND w.state <> 1
            AND w.company_id = p_company AND w.environment = p_env AND w.resource_id = p_resource_id)
        OR EXISTS (SELECT FROM corridor.work_items i WHERE i.company_id = p_company AND i.environment = p_env
            AND i.resource_id = p_resource_id AND i.state = 1)
$$;

-- Of up to `p_limit` payouts after an id that are not at an end and older than `p_seconds`, those that nobody attends to;
-- and, as of no company, the last one that was looked at. A payout that is held may be so for a day. The functions for
-- other domains are alike.
CREATE FUNCTION corridor.stuck_payouts(p_after text, p_seconds double precision, p_limit integer)
RETURNS TABLE (company_id text, environment smallint, resource_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH found AS MATERIALIZED (
        SELECT p.company_id, p.environment, p.payout_id, p.state FROM corridor.payouts p
        WHERE p.state IN (1, 2, 3, 4) AND p.payout_id > p_after
            AND p.payout_id < corridor.id_at('po', now() - make_interval(secs => p_seconds))
        ORDER BY p.payout_id LIMIT p_limit)
    SELECT s.company_id, s.environment, s.payout_id FROM found s
    WHERE (s.state <> 2 OR s.payout_id < corridor.id_at('po', now() - interval '1 day'))
        AND NOT corridor.is_attended(s.company_id, s.environment, s.payout_id,
            ARRAY['payouts.dispatch/' || s.payout_id, 'payouts.follow/' || s.payout_id])
    UNION ALL SELECT '', 0::smallint, max(s.payout_id) FROM found s HAVING max(s.payout_id) IS NOT NULL
$$;

CREATE FUNCTION corridor.stuck_payments(p_after text, p_seconds double precision, p_limit integer)
RETURNS TABLE (company_id text, environment smallint, resource_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH found AS MATERIALIZED (
        SELECT p.company_id, p.environment, p.payment_id FROM corridor.payments p
        WHERE p.state IN (1, 2, 3) AND p.payment_id > p_after
            AND p.payment_id < corridor.id_at('pay', now() - make_interval(secs => p_seconds))
        ORDER BY p.payment_id LIMIT p_limit)
    SELECT s.company_id, s.environment, s.payment_id FROM found s
    WHERE NOT corridor.is_attended(s.company_id, s.environment, s.payment_id,
            ARRAY['payments.dispatch/' || s.payment_id, 'payments.follow/' || s.payment_id])
    UNION ALL SELECT '', 0::smallint, max(s.payment_id) FROM found s HAVING max(s.payment_id) IS NOT NULL
$$;

-- Captures, voids and their like (act_…), and refunds (ref_…), by the prefix of `p_after`.
CREATE FUNCTION corridor.stuck_payment_actions(p_after text, p_seconds double precision, p_limit integer)
RETURNS TABLE (company_id text, environment smallint, resource_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH found AS MATERIALIZED (
        SELECT a.company_id, a.environment, a.payment_action_id, a.payment_id FROM corridor.payment_actions a
        WHERE a.state IN (1, 2) AND a.payment_action_id > p_after AND a.payment_action_id
            < corridor.id_at(split_part(p_after, '_', 1), now() - make_interval(secs => p_seconds))
        ORDER BY a.payment_action_id LIMIT p_limit)
    SELECT s.company_id, s.environment, s.payment_action_id FROM found s
    WHERE NOT corridor.is_attended(s.company_id, s.environment, s.payment_action_id,
            ARRAY['payments.dispatch/' || s.payment_id, 'payments.follow/' || s.payment_id || '/' || s.payment_action_id])
    UNION ALL SELECT '', 0::smallint, max(s.payment_action_id) FROM found s HAVING max(s.payment_action_id) IS NOT NULL
$$;

-- The lanes of a dispute's work end in a number or a name.
CREATE FUNCTION corridor.stuck_disputes(p_after text, p_seconds double precision, p_limit integer)
RETURNS TABLE (company_id text, environment smallint, resource_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH found AS MATERIALIZED (
        SELECT d.company_id, d.environment, d.dispute_id FROM corridor.disputes d
        WHERE d.state IN (1, 2, 3, 4) AND d.dispute_id > p_after
            AND d.dispute_id < corridor.id_at('dsp', now() - make_interval(secs => p_seconds))
        ORDER BY d.dispute_id LIMIT p_limit)
    SELECT s.company_id, s.environment, s.dispute_id FROM found s
    WHERE NOT EXISTS (SELECT FROM corridor.work w CROSS JOIN (VALUES ('disputes.respond/'), ('disputes.follow/')) k (kind)
            WHERE w.lane > k.kind || s.dispute_id || '/' AND w.lane < k.kind || s.dispute_id || '0' AND w.state <> 1
                AND w.company_id = s.company_id AND w.environment = s.environment AND w.resource_id = s.dispute_id)
        AND NOT EXISTS (SELECT FROM corridor.work_items i WHERE i.company_id = s.company_id
            AND i.environment = s.environment AND i.resource_id = s.dispute_id AND i.state = 1)
    UNION ALL SELECT '', 0::smallint, max(s.dispute_id) FROM found s HAVING max(s.dispute_id) IS NOT NULL
$$;

-- Removes replays that ended, or were left, long ago, with their entries; how many entries that were.
CREATE FUNCTION corridor.forget_replays(p_days integer, p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
DECLARE
    old record;
    v_gone integer := 0;
    v_now integer;
BEGIN
    FOR old IN SELECT r.company_id, r.environment, r.replay_id FROM corridor.replays r
        WHERE r.update_time < now() - make_interval(days => p_days) AND r.state <> 3 ORDER BY r.update_time LIMIT p_limit
    LOOP
        DELETE FROM corridor.replay_entries e WHERE e.company_id = old.company_id AND e.environment = old.environment
            AND e.replay_id = old.replay_id;
        GET DIAGNOSTICS v_now = ROW_COUNT;
        v_gone := v_gone + v_now;
        DELETE FROM corridor.replays r WHERE r.company_id = old.company_id AND r.environment = old.environment
            AND r.replay_id = old.replay_id;
    END LOOP;
    RETURN v_gone;
END $$;

REVOKE ALL ON FUNCTION corridor.aging_work_items, corridor.open_work_items, corridor.long_waiting,
    corridor.is_attended, corridor.stuck_payouts, corridor.stuck_payments, corridor.stuck_payment_actions,
    corridor.stuck_disputes, corridor.forget_replays FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.aging_work_items, corridor.open_work_items, corridor.long_waiting,
    corridor.stuck_payouts, corridor.stuck_payments, corridor.stuck_payment_actions,
    corridor.stuck_disputes, corridor.forget_replays TO corridor_app;
