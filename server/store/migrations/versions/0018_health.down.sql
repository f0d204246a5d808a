-- Takes the step back.
DROP FUNCTION corridor.forget_health, corridor.due_institution_polls, corridor.untold_incidents,
    corridor.incident_changes, corridor.company_health, corridor.health_words, corridor.health_figures,
    corridor.probe_breaker, corridor.move_breaker, corridor.report_health, corridor.open_provider_incidents,
    corridor.breaker_standing, corridor.incident_id;
DROP TABLE corridor.breaker_overrides, corridor.institution_polls, corridor.institution_statuses,
    corridor.provider_incidents, corridor.health_uses, corridor.health_slots, corridor.breaker_changes,
    corridor.breakers;
