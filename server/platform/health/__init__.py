"""How it is with providers: breakers, latency, incidents, and what is known of banks and rails. See README.md."""
