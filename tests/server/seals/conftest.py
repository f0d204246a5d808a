"""Fixtures for seals."""

from tests.server.seals.keyholder import kms, seals, url

__all__ = ["kms", "seals", "url"]
