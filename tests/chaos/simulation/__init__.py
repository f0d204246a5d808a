"""Seeded simulation: one process, one thread, no real time; whatever happens in a run follows from its seed alone."""
