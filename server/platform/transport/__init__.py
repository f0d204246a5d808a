"""Transport security: who is at the other end of a connection, and the certificates that prove it."""
