-- Takes the step back.

DROP FUNCTION corridor.erased_since, corridor.erase_value, corridor.erasable_ids;
DROP TABLE corridor.erased_values, corridor.erasures, corridor.vault_tokens;
