-- OAuth 2.0: clients, grants, tokens, signing keys.

CREATE TABLE corridor.oauth_clients (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    oauth_client_id TEXT COLLATE "C" NOT NULL,
    state SMALLINT NOT NULL,
    scopes TEXT[] NOT NULL,
    message BYTEA NOT NULL,
    certificate_expire_time TIMESTAMP WITH TIME ZONE,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    delete_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (company_id, environment, oauth_client_id)
);
CREATE UNIQUE INDEX uq_oauth_clients_oauth_client_id ON corridor.oauth_clients (oauth_client_id);

CREATE TABLE corridor.oauth_client_secrets (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    oauth_client_id TEXT COLLATE "C" NOT NULL,
    oauth_client_secret_id TEXT COLLATE "C" NOT NULL,
    secret_hash BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    expire_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (company_id, environment, oauth_client_id, oauth_client_secret_id)
);

CREATE TABLE corridor.oauth_authorizations (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    oauth_authorization_id TEXT COLLATE "C" NOT NULL,
    oauth_client_id TEXT COLLATE "C" NOT NULL,
    state SMALLINT NOT NULL,
    request_hash BYTEA,
    message BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    expire_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, oauth_authorization_id)
);
CREATE INDEX ix_oauth_authorizations_company_id_environment_request_hash ON corridor.oauth_authorizations (company_id, environment, request_hash) WHERE request_hash IS NOT NULL;
CREATE UNIQUE INDEX uq_oauth_authorizations_oauth_authorization_id ON corridor.oauth_authorizations (oauth_authorization_id);
CREATE INDEX ix_oauth_authorizations_expire_time ON corridor.oauth_authorizations (expire_time);

CREATE TABLE corridor.oauth_grants (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    oauth_grant_id TEXT COLLATE "C" NOT NULL,
    oauth_client_id TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    consent_id TEXT COLLATE "C" NOT NULL,
    scopes TEXT[] NOT NULL,
    resource TEXT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    expire_time TIMESTAMP WITH TIME ZONE NOT NULL,
    revoke_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (company_id, environment, oauth_grant_id)
);
CREATE INDEX ix_oauth_grants_company_id_environment_oauth_client_id ON corridor.oauth_grants (company_id, environment, oauth_client_id);
CREATE INDEX ix_oauth_grants_company_id_environment_subject ON corridor.oauth_grants (company_id, environment, subject);
CREATE INDEX ix_oauth_grants_company_id_environment_consent_id ON corridor.oauth_grants (company_id, environment, consent_id) WHERE consent_id <> '';

CREATE TABLE corridor.oauth_codes (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    code_hash BYTEA NOT NULL,
    oauth_authorization_id TEXT COLLATE "C" NOT NULL,
    oauth_grant_id TEXT COLLATE "C" NOT NULL,
    expire_time TIMESTAMP WITH TIME ZONE NOT NULL,
    use_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (company_id, environment, code_hash)
);
CREATE INDEX ix_oauth_codes_expire_time ON corridor.oauth_codes (expire_time);

CREATE TABLE corridor.oauth_refresh_tokens (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    token_hash BYTEA NOT NULL,
    oauth_grant_id TEXT COLLATE "C" NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    expire_time TIMESTAMP WITH TIME ZONE NOT NULL,
    use_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (company_id, environment, token_hash)
);
CREATE INDEX ix_oauth_refresh_tokens_company_id_environment_oauth_grant_id ON corridor.oauth_refresh_tokens (company_id, environment, oauth_grant_id);
CREATE INDEX ix_oauth_refresh_tokens_expire_time ON corridor.oauth_refresh_tokens (expire_time);

CREATE TABLE corridor.oauth_revoked_tokens (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    token_id TEXT COLLATE "C" NOT NULL,
    expire_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, token_id)
);
CREATE INDEX ix_oauth_revoked_tokens_expire_time ON corridor.oauth_revoked_tokens (expire_time);

CREATE TABLE corridor.oauth_proofs (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    proof_hash BYTEA NOT NULL,
    expire_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, proof_hash)
);
CREATE INDEX ix_oauth_proofs_expire_time ON corridor.oauth_proofs (expire_time);

CREATE TABLE corridor.oauth_signing_keys (
    signing_key_id TEXT COLLATE "C" NOT NULL,
    algorithm TEXT NOT NULL,
    public_key TEXT NOT NULL,
    private_key BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    start_time TIMESTAMP WITH TIME ZONE NOT NULL,
    end_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (signing_key_id)
);
CREATE INDEX ix_oauth_signing_keys_start_time ON corridor.oauth_signing_keys (start_time DESC);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['oauth_clients', 'oauth_client_secrets', 'oauth_authorizations', 'oauth_grants',
        'oauth_codes', 'oauth_refresh_tokens', 'oauth_revoked_tokens', 'oauth_proofs']
    LOOP
        EXECUTE format('ALTER TABLE corridor.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant ON corridor.%I TO corridor_app USING (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment())', name);
    END LOOP;
END $$;
-- No policy: the role reaches the installation's signing keys by the functions below, and by nothing else.
ALTER TABLE corridor.oauth_signing_keys ENABLE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE ON corridor.oauth_clients, corridor.oauth_client_secrets, corridor.oauth_authorizations,
    corridor.oauth_grants, corridor.oauth_codes, corridor.oauth_refresh_tokens TO corridor_app;
-- What was used up or revoked stays so.
GRANT SELECT, INSERT ON corridor.oauth_revoked_tokens, corridor.oauth_proofs TO corridor_app;

-- Requests at the endpoints name a client or an authorization before a company is known.
CREATE FUNCTION corridor.find_oauth_client(p_oauth_client_id text)
RETURNS TABLE (company_id text, environment smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT c.company_id, c.environment FROM corridor.oauth_clients c
    WHERE c.oauth_client_id = p_oauth_client_id AND c.delete_time IS NULL
$$;
CREATE FUNCTION corridor.find_oauth_authorization(p_oauth_authorization_id text)
RETURNS TABLE (company_id text, environment smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT a.company_id, a.environment FROM corridor.oauth_authorizations a
    WHERE a.oauth_authorization_id = p_oauth_authorization_id
$$;

-- Companies with secrets or certificates of clients that end within a time.
CREATE FUNCTION corridor.expiring_oauth_credentials(p_after timestamptz, p_before timestamptz)
RETURNS TABLE (company_id text, environment smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT s.company_id, s.environment FROM corridor.oauth_client_secrets s
    WHERE s.expire_time > p_after AND s.expire_time <= p_before
    UNION
    SELECT c.company_id, c.environment FROM corridor.oauth_clients c
    WHERE c.certificate_expire_time > p_after AND c.certificate_expire_time <= p_before AND c.delete_time IS NULL
$$;

-- How an access token stands by now: one look-up for each token and second. It sees the bound company only.
CREATE FUNCTION corridor.oauth_token_standing(
    p_company text, p_env smallint, p_oauth_client_id text, p_oauth_grant_id text, p_token_id text)
RETURNS TABLE (client_state smallint, client_scopes text[], granted boolean, revoked boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT c.state, c.scopes,
        p_oauth_grant_id = '' OR EXISTS (
            SELECT FROM corridor.oauth_grants g WHERE g.company_id = p_company AND g.environment = p_env
                AND g.oauth_grant_id = p_oauth_grant_id AND g.revoke_time IS NULL AND g.expire_time > now()),
        EXISTS (
            SELECT FROM corridor.oauth_revoked_tokens r WHERE r.company_id = p_company AND r.environment = p_env
                AND r.token_id = p_token_id)
    FROM corridor.oauth_clients c
    WHERE c.company_id = p_company AND c.environment = p_env AND c.oauth_client_id = p_oauth_client_id
        AND c.delete_time IS NULL;
END;

CREATE FUNCTION corridor.oauth_signing_keys()
RETURNS TABLE (signing_key_id text, algorithm text, public_key text, private_key bytea, create_time timestamptz,
    start_time timestamptz, end_time timestamptz, now_time timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT k.signing_key_id, k.algorithm, k.public_key, k.private_key, k.create_time, k.start_time, k.end_time, now()
    FROM corridor.oauth_signing_keys k ORDER BY k.start_time DESC, k.signing_key_id
$$;
-- Adds a key, unless another process has just added one: then nothing is done, and false is returned.
CREATE FUNCTION corridor.add_oauth_signing_key(
    p_signing_key_id text, p_algorithm text, p_public_key text, p_private_key bytea, p_lead_seconds double precision,
    p_unless_since_seconds double precision)
RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('corridor oauth signing keys'));
    IF EXISTS (SELECT FROM corridor.oauth_signing_keys k
            WHERE k.end_time IS NULL AND k.algorithm = p_algorithm
                AND k.create_time > clock_timestamp() - make_interval(secs => p_unless_since_seconds)) THEN
        RETURN false;
    END IF;
    INSERT INTO corridor.oauth_signing_keys VALUES (p_signing_key_id, p_algorithm, p_public_key, p_private_key,
        clock_timestamp(), clock_timestamp() + make_interval(secs => p_lead_seconds), NULL);
    RETURN true;
END $$;
-- Removes keys whose successor has signed for so long that no token of theirs is left.
CREATE FUNCTION corridor.forget_oauth_signing_keys(p_kept_seconds double precision)
RETURNS integer LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH gone AS (
        DELETE FROM corridor.oauth_signing_keys k WHERE EXISTS (
            SELECT FROM corridor.oauth_signing_keys later WHERE later.start_time > k.start_time
                AND later.start_time < now() - make_interval(secs => p_kept_seconds)
                -- Processes whose algorithm is being changed sign with both for a while.
                AND (later.algorithm = k.algorithm OR later.start_time < now() - interval '30 days'))
        RETURNING 1)
    SELECT count(*)::integer FROM gone
$$;
-- Removes what can be used no more, for every company.
CREATE FUNCTION corridor.forget_oauth_leftovers(p_limit integer)
RETURNS integer LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
DECLARE
    name text;
    found integer;
    total integer := 0;
BEGIN
    -- Used codes and refresh tokens are kept for a while after their end, so that a second use is seen for what it is.
    FOREACH name IN ARRAY ARRAY['oauth_proofs', 'oauth_revoked_tokens', 'oauth_codes', 'oauth_refresh_tokens',
        'oauth_authorizations']
    LOOP
        EXECUTE format(
            'DELETE FROM corridor.%1$I WHERE ctid IN (SELECT ctid FROM corridor.%1$I '
            'WHERE expire_time < now() - interval ''1 day'' LIMIT $1)', name) USING p_limit;
        GET DIAGNOSTICS found = ROW_COUNT;
        total := total + found;
    END LOOP;
    RETURN total;
END $$;

REVOKE ALL ON FUNCTION corridor.find_oauth_client, corridor.find_oauth_authorization, corridor.oauth_signing_keys,
    corridor.expiring_oauth_credentials,
    corridor.add_oauth_signing_key, corridor.forget_oauth_signing_keys, corridor.forget_oauth_leftovers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.find_oauth_client, corridor.find_oauth_authorization, corridor.oauth_signing_keys,
    corridor.expiring_oauth_credentials,
    corridor.add_oauth_signing_key, corridor.forget_oauth_signing_keys, corridor.forget_oauth_leftovers TO corridor_app;
