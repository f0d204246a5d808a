"""openapi.json is clean by Redocly's strict rules; clients/typescript/redocly.yaml says which are off, and why."""

from tests.clients.typescript import npm, require


def test_redocly_finds_nothing() -> None:
    require()

    npm("run", "--silent", "lint:openapi")
