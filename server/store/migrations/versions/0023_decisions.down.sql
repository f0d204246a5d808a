DROP FUNCTION corridor.erase_value(text, text, text[], text, bytea, bytea, text);
ALTER FUNCTION corridor.erase_record_value(text, text, text[], text, bytea, bytea, text) RENAME TO erase_value;
GRANT EXECUTE ON FUNCTION corridor.erase_value TO corridor_app;
DROP FUNCTION corridor.purge(smallint, integer, boolean);
ALTER FUNCTION corridor.purge_records(smallint, integer, boolean) RENAME TO purge;
GRANT EXECUTE ON FUNCTION corridor.purge TO corridor_app;
DROP FUNCTION corridor.provider_references(text, smallint, text);
ALTER FUNCTION corridor.provider_references_in_use(text, smallint, text) RENAME TO provider_references;
DROP FUNCTION corridor.begin_payout(text, smallint, text, bytea, bytea, text, text, text, text, text, text, smallint,
    bigint, bytea, text, text, timestamptz, smallint, timestamptz);
DROP FUNCTION corridor.may_send(text, smallint, text, text, smallint, text, text, timestamptz, smallint, timestamptz);
ALTER TABLE corridor.routes DROP COLUMN exposure_connection_id, DROP COLUMN exposure_stage,
    DROP COLUMN exposure_percent, DROP COLUMN exposure_rehearsal;
DROP TABLE corridor.connection_holds, corridor.route_decisions;
