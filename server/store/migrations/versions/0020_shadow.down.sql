-- Takes the step back. What waited to be tried is not tried any more.
DO $do$
DECLARE definition text := pg_get_functiondef('corridor.erase_value'::regproc);
BEGIN
    EXECUTE replace(definition,
        $q$WHEN v_place = 'shadow_comparisons.message' THEN v_keys := '{shadow_comparison_id}';
        $q$, '');
END $do$;
DELETE FROM corridor.work WHERE state = 3;
DROP FUNCTION corridor.schedule_idle, corridor.forget_shadows,
    corridor.conclude_payout(text, smallint, text, bytea, text, smallint, text, text, text, text, smallint, text,
        smallint, bytea, smallint, text, bigint, bytea, timestamptz, text, text, bytea, text, double precision, text, text,
        text);
DROP INDEX corridor.ix_work_idle;
DROP TABLE corridor.shadow_comparisons;
