"""Sweeps: providers are asked for what has happened, so that nothing depends on webhooks that never arrived."""
