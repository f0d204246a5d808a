"""Runs migrations on the connection that `server.store.migrate` hands over."""

from alembic import context
from sqlalchemy import Connection

from server.store.schema import SCHEMA, metadata

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_schemas=True,
    include_name=lambda name, kind, parents: name == SCHEMA if kind == "schema" else True,
    version_table_schema=SCHEMA,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
