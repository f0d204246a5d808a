"""Fixtures that every test may ask for. Each kind lives in a module of its own, and only its name stands here."""

from tests.database import database, postgres
from tests.logs import logs_as_they_were
from tests.ordering import pytest_collection_modifyitems
from tests.serving import corridor, migrated

__all__ = ["corridor", "database", "logs_as_they_were", "migrated", "postgres", "pytest_collection_modifyitems"]
