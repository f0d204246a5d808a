-- Takes the step back.
DROP FUNCTION corridor.forget_provider_limits, corridor.provider_limits_now, corridor.pace_calls,
    corridor.provider_limit_refused, corridor.provider_limit_told, corridor.provider_limit_at,
    corridor.provider_limit_at_rate;
DROP TABLE corridor.provider_limits;
