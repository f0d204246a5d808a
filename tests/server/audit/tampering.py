"""What whoever owns the tables can do to a sealed trail."""

from tests.server.audit.trail import COMPANY, OTHER, Trail

# Another value for each column, by its type.
_OTHERS = {
    "smallint": "99",
    "bytea": r"'\x00'",
    "text": "'another'",
    "timestamp with time zone": "now()",
    "bigint": "1007",
}


def sealed(trail: Trail, count: int = 9) -> list[str]:
    """Three checkpoints of a company, and one of another; the company's rows in the order of the chain."""
    for _ in range(3):
        trail.write(count // 3)
        trail.seal()
    trail.write(2, OTHER)
    trail.seal()
    found = trail.owner(
        "SELECT audit_entry_id FROM corridor.audit_chain WHERE company_id = %s ORDER BY position", COMPANY
    )
    return [str(each[0]) for each in found]


def edit(trail: Trail, table: str, column: str, where: str, value: str) -> None:
    """Give a column another value in one row."""
    kind = trail.owner(
        "SELECT data_type FROM information_schema.columns WHERE table_schema = 'corridor' AND table_name = %s "
        "AND column_name = %s",
        table,
        column,
    )[0][0]
    trail.owner(f"UPDATE corridor.{table} SET {column} = {_OTHERS[str(kind)]} WHERE {where}", value)


def forge(trail: Trail, entry_id: str, create_time: str = "create_time") -> None:
    """A row that says what the company's fifth does, under an id of its own."""
    trail.owner(
        "INSERT INTO corridor.audit SELECT company_id, environment, %s, action, method, caller_id, resource_id, "
        f"outcome, reason, request_id, correlation_id, {create_time}, caller_kind, subject, client_ip, claimed, "
        "approval_id, request_digest, detail, owner_digest, owner_salt, owner_company_id, xid "
        "FROM corridor.audit WHERE company_id = %s ORDER BY audit_entry_id OFFSET 4 LIMIT 1",
        entry_id,
        COMPANY,
    )
