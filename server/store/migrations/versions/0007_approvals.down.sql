-- Takes the step back.

DROP FUNCTION corridor.due_approvals;
DROP TABLE corridor.approvals, corridor.approval_policies;
