"""The command line: one command group per file. It is the top floor, and may use everything below."""
