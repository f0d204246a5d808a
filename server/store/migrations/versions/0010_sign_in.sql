-- People: members, identity providers, sessions at the sign-in pages.

CREATE TABLE corridor.members (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    state SMALLINT NOT NULL,
    roles SMALLINT[] NOT NULL,
    group_roles SMALLINT[] NOT NULL,
    subject_hash BYTEA,
    email_hash BYTEA,
    message BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, member_id)
);
-- A removed member's row stays, and may be followed by another one of the same person.
CREATE UNIQUE INDEX uq_members_subject ON corridor.members (company_id, environment, subject_hash) WHERE state <> 4;
CREATE UNIQUE INDEX uq_members_email ON corridor.members (company_id, environment, email_hash) WHERE state <> 4;

CREATE TABLE corridor.end_users (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    end_user_id TEXT COLLATE "C" NOT NULL,
    subject_hash BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, end_user_id),
    CONSTRAINT uq_end_users_subject UNIQUE (company_id, environment, subject_hash)
);

CREATE TABLE corridor.identity_providers (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    message BYTEA NOT NULL,
    secret BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment)
);

CREATE TABLE corridor.sign_ins (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    sign_in_id TEXT COLLATE "C" NOT NULL,
    authorization_id TEXT COLLATE "C" NOT NULL,
    state SMALLINT NOT NULL,
    cookie_hash BYTEA NOT NULL,
    state_hash BYTEA,
    secrets BYTEA NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    expire_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, sign_in_id),
    CONSTRAINT uq_sign_ins_cookie_hash UNIQUE (cookie_hash),
    CONSTRAINT uq_sign_ins_state_hash UNIQUE (state_hash)
);
CREATE INDEX ix_sign_ins_expire_time ON corridor.sign_ins (expire_time);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['members', 'end_users', 'identity_providers', 'sign_ins'] LOOP
        EXECUTE format('ALTER TABLE corridor.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant ON corridor.%I TO corridor_app USING (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment())', name);
    END LOOP;
END $$;
-- Nobody who was ever a member is forgotten: the audit trail names them.
GRANT SELECT, INSERT, UPDATE ON corridor.members, corridor.sign_ins TO corridor_app;
GRANT SELECT, INSERT ON corridor.end_users TO corridor_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON corridor.identity_providers TO corridor_app;

-- A browser comes with a cookie, or back from the provider with a state: each tells whose sign-in it is, and no more.
CREATE FUNCTION corridor.find_sign_in(p_cookie_hash bytea)
RETURNS TABLE (company_id text, environment smallint, sign_in_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT s.company_id, s.environment, s.sign_in_id FROM corridor.sign_ins s WHERE s.cookie_hash = p_cookie_hash
$$;
CREATE FUNCTION corridor.find_sign_in_by_state(p_state_hash bytea)
RETURNS TABLE (company_id text, environment smallint, sign_in_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    SELECT s.company_id, s.environment, s.sign_in_id FROM corridor.sign_ins s WHERE s.state_hash = p_state_hash
$$;
-- A sign-in is of no use once it has expired; a day later it goes, for every company.
CREATE FUNCTION corridor.forget_sign_ins(p_limit integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    WITH gone AS (
        DELETE FROM corridor.sign_ins WHERE ctid IN (
            SELECT ctid FROM corridor.sign_ins WHERE expire_time < now() - interval '1 day' LIMIT p_limit)
        RETURNING 1)
    SELECT count(*)::integer FROM gone
$$;
REVOKE ALL ON FUNCTION corridor.find_sign_in, corridor.find_sign_in_by_state, corridor.forget_sign_ins FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.find_sign_in, corridor.find_sign_in_by_state, corridor.forget_sign_ins
    TO corridor_app;
