"""Providers as the platform sees them: the catalogue, connections, routes, and the one way to call an adapter."""
