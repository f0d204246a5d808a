"""Connections that are tried in the shadow of others, without any effect, and compared with them."""
