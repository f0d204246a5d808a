"""The parts of `corridor drill`: losing a provider on purpose, and what is to be seen of it."""
