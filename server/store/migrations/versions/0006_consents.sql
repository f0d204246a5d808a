-- Consents and what rests on them.

CREATE TABLE corridor.consents (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    consent_id TEXT COLLATE "C" NOT NULL,
    state SMALLINT NOT NULL,
    subject_digest BYTEA NOT NULL,
    same_digest BYTEA NOT NULL,
    message BYTEA NOT NULL,
    expire_time TIMESTAMP WITH TIME ZONE,
    reconsent_time TIMESTAMP WITH TIME ZONE,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, consent_id)
);
CREATE INDEX ix_consents_company_id_environment_subject_digest_consent_id ON corridor.consents (company_id, environment, subject_digest, consent_id);
CREATE INDEX ix_consents_company_id_environment_same_digest ON corridor.consents (company_id, environment, same_digest);
CREATE INDEX ix_consents_expire_time ON corridor.consents (expire_time) WHERE state = 1;
CREATE INDEX ix_consents_reconsent_time ON corridor.consents (reconsent_time) WHERE state = 1;

CREATE TABLE corridor.consent_dependents (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    consent_id TEXT COLLATE "C" NOT NULL,
    dependent_id TEXT COLLATE "C" NOT NULL,
    kind SMALLINT NOT NULL,
    state SMALLINT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    end_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (company_id, environment, consent_id, dependent_id)
);
CREATE INDEX ix_consent_dependents_company_id_environment_dependent_id ON corridor.consent_dependents (company_id, environment, dependent_id);

CREATE TABLE corridor.provider_grants (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    provider_grant_id TEXT COLLATE "C" NOT NULL,
    consent_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    token BYTEA,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    end_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (company_id, environment, provider_grant_id)
);
CREATE INDEX ix_provider_grants_company_id_environment_consent_id ON corridor.provider_grants (company_id, environment, consent_id);

-- Nothing is taken away: what became of a consent and of what rested on it can always be told.
GRANT SELECT, INSERT, UPDATE ON corridor.consents, corridor.consent_dependents, corridor.provider_grants TO corridor_app;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['consents', 'consent_dependents', 'provider_grants'] LOOP
        EXECUTE format('ALTER TABLE corridor.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant ON corridor.%I TO corridor_app USING (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment())', name);
    END LOOP;
END $$;

-- Which consents have come to their end, or to the time of asking again. Ids only, of every company.
CREATE FUNCTION corridor.due_consents(p_limit integer)
RETURNS TABLE (company_id text, environment smallint, consent_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = corridor, pg_temp AS $$
    (SELECT c.company_id, c.environment, c.consent_id FROM corridor.consents c
        WHERE c.state = 1 AND c.expire_time <= now() ORDER BY c.expire_time LIMIT p_limit)
    UNION
    (SELECT c.company_id, c.environment, c.consent_id FROM corridor.consents c
        WHERE c.state = 1 AND c.reconsent_time <= now() ORDER BY c.reconsent_time LIMIT p_limit)
$$;
REVOKE ALL ON FUNCTION corridor.due_consents FROM PUBLIC;
GRANT EXECUTE ON FUNCTION corridor.due_consents TO corridor_app;
