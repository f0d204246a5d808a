"""How the schema came to be, one file per step. Steps are never edited after a release."""
