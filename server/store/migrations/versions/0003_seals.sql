-- Data keys, by which stored messages are sealed.

CREATE TABLE corridor.data_keys (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    data_key_number INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    state SMALLINT NOT NULL,
    kek_id TEXT NOT NULL,
    wrapped BYTEA,
    uses BIGINT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    retire_time TIMESTAMP WITH TIME ZONE,
    destroy_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (company_id, environment, data_key_number)
);
CREATE UNIQUE INDEX uq_data_keys_current ON corridor.data_keys (company_id, environment, purpose) WHERE state = 1;

ALTER TABLE corridor.data_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON corridor.data_keys TO corridor_app
    USING (company_id = corridor.bound_company() AND environment = corridor.bound_environment())
    WITH CHECK (company_id = corridor.bound_company() AND environment = corridor.bound_environment());

-- A key's bytes are never changed by the servers' role: only the owner wraps anew, and destroys.
GRANT SELECT, INSERT ON corridor.data_keys TO corridor_app;
GRANT UPDATE (state, uses, retire_time) ON corridor.data_keys TO corridor_app;
