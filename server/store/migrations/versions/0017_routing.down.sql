-- Takes the step back.
DROP FUNCTION corridor.due_routing_policies, corridor.active_policy;
CREATE OR REPLACE FUNCTION corridor.provider_references(p_company text, p_env smallint, p_provider text)
RETURNS TABLE (routes bigint, resources bigint, webhooks bigint) LANGUAGE sql STABLE AS $$
    SELECT
        (SELECT count(*) FROM corridor.routes r WHERE r.company_id = p_company AND r.environment = p_env
            AND EXISTS (SELECT FROM corridor.connections c WHERE c.company_id = p_company AND c.environment = p_env
                AND c.provider = p_provider
                AND c.connection_id IN (r.primary_connection_id, r.standby_connection_id))),
        (SELECT count(*) FROM (
            SELECT a.resource_id FROM corridor.attempts a WHERE a.company_id = p_company AND a.environment = p_env
                AND a.provider = p_provider AND a.outcome NOT IN (2, 3, 5)
            UNION
            SELECT i.resource_id FROM corridor.inbound_deliveries i WHERE i.company_id = p_company
                AND i.environment = p_env AND i.provider = p_provider AND i.resource_id <> ''
        ) named WHERE corridor.is_open(p_company, p_env, named.resource_id)),
        (SELECT count(*) FROM corridor.inbound_deliveries i WHERE i.company_id = p_company AND i.environment = p_env
            AND i.provider = p_provider AND i.state = 1)
$$;
DROP TABLE corridor.routing_policies;
