"""The steps of the database, oldest first. A released step never changes."""
