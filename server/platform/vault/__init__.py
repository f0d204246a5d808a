"""The vault: keys under which stored data is sealed, and what is done with sensitive data besides storing it."""
