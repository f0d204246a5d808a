"""Where everything durable is: PostgreSQL, one statement per hot write, row security below every query."""
