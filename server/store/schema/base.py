"""What tables are made of. Keys begin with company and environment, so that tables can be distributed by company."""

from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

SCHEMA = "corridor"
metadata = MetaData(
    schema=SCHEMA,
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"},
)

# Ids compare byte by byte, whatever the database's locale: pages are in id order.
Id = Text(collation="C")
Time = DateTime(timezone=True)


def column(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]], *, null: bool = False) -> Column[Any]:
    return Column(name, kind, nullable=null)


def tenant() -> list[Column[Any]]:
    return [column("company_id", Id), column("environment", SmallInteger)]


def table(name: str, *parts: Column[Any] | Index | UniqueConstraint, key: tuple[str, ...]) -> Table:
    return Table(name, metadata, *tenant(), *parts, PrimaryKeyConstraint("company_id", "environment", *key))


def by(*columns: str, where: str = "") -> Index:
    return Index(None, "company_id", "environment", *columns, postgresql_where=text(where) if where else None)
