-- Takes the step back.
DROP FUNCTION corridor.usage_tenants, corridor.forget_usage, corridor.count_usage;
DROP TABLE corridor.usage_warnings, corridor.usage_counts;
