-- Takes the step back.

DROP FUNCTION corridor.due_consents;
DROP TABLE corridor.provider_grants, corridor.consent_dependents, corridor.consents;
