"""Implements no port: the tests call the provider themselves."""

ADAPTER = object()
