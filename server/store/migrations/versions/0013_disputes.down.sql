-- Takes the step back.

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
        OR EXISTS (SELECT FROM corridor.work_items w WHERE w.company_id = p_company AND w.environment = p_env
            AND w.resource_id = p_resource_id AND w.state = 1)
$$;
DROP TABLE corridor.dispute_documents, corridor.disputes;
