-- Disputes and their evidence.

CREATE TABLE corridor.disputes (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    dispute_id TEXT COLLATE "C" NOT NULL,
    state SMALLINT NOT NULL,
    payment_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    provider_reference TEXT COLLATE "C" NOT NULL,
    due_time TIMESTAMP WITH TIME ZONE,
    provider_time TIMESTAMP WITH TIME ZONE,
    revision BIGINT NOT NULL,
    message BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, dispute_id)
);
-- A provider's dispute is one here, however often and by however many webhooks at once it is told.
CREATE UNIQUE INDEX uq_disputes_provider_reference ON corridor.disputes (company_id, environment, connection_id, provider_reference);
CREATE INDEX ix_disputes_company_id_environment_payment_id_dispute_id ON corridor.disputes (company_id, environment, payment_id, dispute_id);

CREATE TABLE corridor.dispute_documents (
    company_id TEXT COLLATE "C" NOT NULL,
    environment SMALLINT NOT NULL,
    dispute_document_id TEXT COLLATE "C" NOT NULL,
    dispute_id TEXT COLLATE "C" NOT NULL,
    content BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (company_id, environment, dispute_document_id)
);
CREATE INDEX ix_dispute_documents_company_id_environment_dispute_id__42e5 ON corridor.dispute_documents (company_id, environment, dispute_id, dispute_document_id);
GRANT SELECT, INSERT, UPDATE ON corridor.disputes TO corridor_app;
GRANT SELECT, INSERT, DELETE ON corridor.dispute_documents TO corridor_app;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['disputes', 'dispute_documents'] LOOP
        EXECUTE format('ALTER TABLE corridor.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant ON corridor.%I TO corridor_app USING (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment()) WITH CHECK (company_id = corridor.bound_company() '
            'AND environment = corridor.bound_environment())', name);
    END LOOP;
END $$;

-- As before, and of disputes: one that is not decided, and one that was decided so lately that the issuer may come back
-- on it. As long as that, its payment is open too.
CREATE OR REPLACE FUNCTION corridor.is_open(p_company text, p_env smallint, p_resource_id text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM corridor.payouts p WHERE p.company_id = p_company AND p.environment = p_env
            AND p.payout_id = p_resource_id
            AND (p.state IN (1, 2, 3, 4) OR (p.state = 5 AND p.update_time > now() - interval '90 days')))
        OR EXISTS (SELECT FROM corridor.payments p WHERE p.company_id = p_company AND p.environment = p_env
            AND p.payment_id IN (p_resource_id, (
                SELECT a.payment_id FROM corridor.payment_actions a WHERE a.company_id = p_company
                    AND a.environment = p_env AND a.payment_action_id = p_resource_id))
            AND (p.state IN (1, 2, 3, 4, 5) OR (p.state = 6 AND p.update_time > now() - interval '540 days')))
        OR EXISTS (SELECT FROM corridor.disputes d WHERE d.company_id = p_company AND d.environment = p_env
            AND p_resource_id IN (d.dispute_id, d.payment_id)
            AND (d.state IN (1, 2, 3, 4) OR d.update_time > now() - interval '180 days'))
        OR EXISTS (SELECT FROM corridor.work_items w WHERE w.company_id = p_company AND w.environment = p_env
            AND w.resource_id = p_resource_id AND w.state = 1)
$$;
