"""Things broken on purpose: processes killed, answers lost, webhooks doubled and out of order."""
