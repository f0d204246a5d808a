-- Takes the step back.
DROP FUNCTION corridor.begin_payout, corridor.conclude_payout;
