-- API keys with states and restrictions; security alerts; warnings about credentials that end.

ALTER TABLE corridor.api_keys
    ADD COLUMN state SMALLINT,
    ADD COLUMN allowed_methods TEXT[] NOT NULL DEFAULT '{}',
    ADD COLUMN allowed_ranges TEXT[] NOT NULL DEFAULT '{}',
    ADD COLUMN expire_time TIMESTAMP WITH TIME ZONE,
    ADD COLUMN last_use_time TIMESTAMP WITH TIME ZONE,
    ADD COLUMN last_use_address TEXT NOT NULL DEFAULT '',
    ADD COLUMN created_by TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN replaces_id TEXT COLLATE "C",
    ADD COLUMN replaced_by_id TEXT COLLATE "C";
UPDATE corridor.api_keys SET state = CASE WHEN revoke_time IS NULL THEN 1 ELSE 2 END;
ALTER TABLE corridor.api_keys
    ALTER COLUMN state SET NOT NULL,
    ALTER COLUMN allowed_methods DROP DEFAULT,
    ALTER COLUMN allowed_ranges DROP DEFAULT,
    ALTER COLUMN last_use_address DROP DEFAULT,
    ALTER COLUMN created_by DROP DEFAULT;
CREATE INDEX ix_api_keys_company_id_environment_expire_time
    ON corridor.api_keys (company_id, environment, expire_time) WHERE expire_time IS NOT NULL;

CREATE TABLE corridor.security_alerts (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    security_alert_id TEXT COLLATE "C" NOT NULL,
    kind SMALLINT NOT NULL,
    credential_id TEXT COLLATE "C" NOT NULL,
    detail TEXT NOT NULL,
    client_address TEXT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, security_alert_id)
);
CREATE INDEX ix_security_alerts_company_id_environment_credential_id_ed47
    ON corridor.security_alerts (company_id, environment, credential_id, security_alert_id);

CREATE TABLE corridor.credential_warnings (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    credential_id TEXT COLLATE "C" NOT NULL,
    kind SMALLINT NOT NULL,
    level SMALLINT NOT NULL,
    expire_time TIMESTAMP WITH TIME ZONE NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, credential_id, kind, level, expire_time)
);

-- When credentials of providers end, where that is known from themselves, such as from a certificate.
CREATE TABLE corridor.credential_expiries (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    owner_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    expire_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, owner_id, name)
);

-- Who made credentials that are not API keys: nobody approves what a credential of their own making asked for.
CREATE TABLE corridor.credential_makers (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    credential_id TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (company_id, environment, credential_id, created_by)
);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['security_alerts', 'credential_warnings', 'credential_expiries', 'credential_makers']
    LOOP
        EXECUTE format('ALTER TABLE corridor.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant ON corridor.%I TO corridor_app USING (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment())', name);
    END LOOP;
END $$;
GRANT SELECT, INSERT ON corridor.security_alerts, corridor.credential_warnings, corridor.credential_makers TO corridor_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON corridor.credential_expiries TO corridor_app;

-- What the verifier needs of a key, before it is known whose rows may be seen.
DROP FUNCTION corridor.find_api_key(text);
CREATE FUNCTION corridor.find_api_key(p_prefix text)
RETURNS TABLE (company_id text, environment smallint, api_key_id text, secret_hash bytea, scopes text[],
    state smallint, allowed_methods text[], allowed_ranges text[], expire_time timestamptz, used_time timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT k.company_id, k.environment, k.api_key_id, k.secret_hash, k.scopes,
        k.state, k.allowed_methods, k.allowed_ranges, k.expire_time, coalesce(k.last_use_time, k.create_time)
    FROM corridor.api_keys k WHERE k.prefix = p_prefix
$$;

-- Keys' last uses, of every company: verifiers learn of them, and write them together.
CREATE FUNCTION corridor.record_api_key_uses(p_prefixes text[], p_times timestamptz[], p_addresses text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    UPDATE corridor.api_keys k SET last_use_time = u.time, last_use_address = u.address
    FROM (SELECT * FROM unnest(p_prefixes, p_times, p_addresses) AS given (prefix, time, address) ORDER BY prefix) u
    WHERE k.prefix = u.prefix AND (k.last_use_time IS NULL OR k.last_use_time < u.time)
$$;

-- Companies and environments with API keys, or credentials of providers, that end before a time.
CREATE FUNCTION corridor.expiring_api_keys(p_after timestamptz, p_before timestamptz)
RETURNS TABLE (company_id text, environment smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT DISTINCT k.company_id, k.environment FROM corridor.api_keys k
    WHERE k.expire_time > p_after AND k.expire_time <= p_before AND k.revoke_time IS NULL
$$;
CREATE FUNCTION corridor.expiring_provider_credentials(p_after timestamptz, p_before timestamptz)
RETURNS TABLE (company_id text, environment smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT DISTINCT e.company_id, e.environment FROM corridor.credential_expiries e
    WHERE e.expire_time > p_after AND e.expire_time <= p_before
$$;
REVOKE ALL ON FUNCTION corridor.find_api_key, corridor.record_api_key_uses, corridor.expiring_api_keys,
    corridor.expiring_provider_credentials FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.find_api_key, corridor.record_api_key_uses, corridor.expiring_api_keys,
    corridor.expiring_provider_credentials TO corridor_app;
