-- Takes the step back.
DROP FUNCTION corridor.may_send, corridor.provider_references;
DROP TABLE corridor.certifications, corridor.provider_stages;
