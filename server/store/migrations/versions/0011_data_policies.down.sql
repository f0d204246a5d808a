-- Takes the step back.
CREATE OR REPLACE FUNCTION corridor.forget_idempotency(p_limit integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH gone AS (
        DELETE FROM corridor.idempotency WHERE ctid IN (
            SELECT ctid FROM corridor.idempotency WHERE create_time < now() - interval '8 days' LIMIT p_limit)
        RETURNING 1)
    SELECT count(*)::integer FROM gone
$$;
DROP FUNCTION corridor.audit_cutoff, corridor.purgeable, corridor.purge, corridor.is_open, corridor.is_awaited;
DROP TABLE corridor.purges, corridor.data_policies;
