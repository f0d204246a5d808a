-- Takes the step back.

DROP FUNCTION corridor.forget_replays, corridor.stuck_disputes, corridor.stuck_payment_actions, corridor.stuck_payments,
    corridor.stuck_payouts, corridor.is_attended, corridor.long_waiting, corridor.open_work_items,
    corridor.aging_work_items;
DROP INDEX corridor.ix_inbound_deliveries_failed, corridor.ix_disputes_open, corridor.ix_payment_actions_open,
    corridor.ix_payments_open, corridor.ix_payouts_open;
DROP INDEX corridor.ix_work_given_up;
ALTER TABLE corridor.work DROP COLUMN directed_to;
DROP TABLE corridor.replay_entries, corridor.replays, corridor.aging_rules;
DROP INDEX corridor.ix_work_items_next_alert_time, corridor.ix_work_items_company_id_environment_work_item_id;
ALTER TABLE corridor.work_items DROP COLUMN provider, DROP COLUMN connection_id, DROP COLUMN assignee_id,
    DROP COLUMN assign_time, DROP COLUMN alerts, DROP COLUMN alert_time, DROP COLUMN next_alert_time,
    DROP COLUMN revision;
