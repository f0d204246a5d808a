-- Takes the step back.

DROP FUNCTION corridor.expiring_provider_credentials(timestamptz, timestamptz);
DROP FUNCTION corridor.expiring_api_keys(timestamptz, timestamptz);
DROP FUNCTION corridor.record_api_key_uses(text[], timestamptz[], text[]);
DROP FUNCTION corridor.find_api_key(text);
CREATE FUNCTION corridor.find_api_key(p_prefix text)
RETURNS TABLE (company_id text, environment smallint, api_key_id text, secret_hash bytea, scopes text[], revoked boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT k.company_id, k.environment, k.api_key_id, k.secret_hash, k.scopes, k.revoke_time IS NOT NULL
    FROM corridor.api_keys k WHERE k.prefix = p_prefix
$$;
REVOKE ALL ON FUNCTION corridor.find_api_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.find_api_key TO corridor_app;

DROP TABLE corridor.credential_makers, corridor.credential_expiries, corridor.credential_warnings, corridor.security_alerts;
-- The older code knows keys that work and keys that are revoked: what does not work now must not come to life again.
UPDATE corridor.api_keys SET revoke_time = now()
WHERE revoke_time IS NULL AND (state IN (3, 4) OR expire_time <= now());
ALTER TABLE corridor.api_keys
    DROP COLUMN state,
    DROP COLUMN allowed_methods,
    DROP COLUMN allowed_ranges,
    DROP COLUMN expire_time,
    DROP COLUMN last_use_time,
    DROP COLUMN last_use_address,
    DROP COLUMN created_by,
    DROP COLUMN replaces_id,
    DROP COLUMN replaced_by_id;
