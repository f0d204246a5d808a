-- Trials of losing a provider, as companies record them.

CREATE TABLE corridor.disaster_tests (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    disaster_test_id TEXT COLLATE "C" NOT NULL,
    provider TEXT COLLATE "C" NOT NULL,
    message BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, disaster_test_id)
);
CREATE INDEX ix_disaster_tests_provider
    ON corridor.disaster_tests (company_id, environment, provider, disaster_test_id);
GRANT SELECT, INSERT ON corridor.disaster_tests TO corridor_app;
ALTER TABLE corridor.disaster_tests ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON corridor.disaster_tests TO corridor_app
    USING (company_id = corridor.bound_company() AND environment = corridor.bound_environment())
    WITH CHECK (company_id = corridor.bound_company() AND environment = corridor.bound_environment());
