-- Takes the step back.
DROP FUNCTION corridor.due_sweeps, corridor.forget_sweeps;
DROP TABLE corridor.sweeps;
