"""Where credentials come from: who made them or made them stronger, and what they replace, back to the beginning.

Two credentials with a common beginning are in one hand, whoever holds them now: together they are two eyes, not four.
The operator of the installation is no such beginning, or the first keys of a company would all be one.
"""

from corridor.options.v1 import method_pb2
from server.kit.context import Caller, Context
from server.store.engine import Connection

_LINE = """
WITH RECURSIVE made (id, origin) AS (
    SELECT api_key_id, created_by FROM corridor.api_keys
    WHERE company_id = %(company)s AND environment = %(environment)s
    UNION ALL
    SELECT api_key_id, replaces_id FROM corridor.api_keys
    WHERE company_id = %(company)s AND environment = %(environment)s AND replaces_id IS NOT NULL
    UNION ALL
    SELECT credential_id, created_by FROM corridor.credential_makers
    WHERE company_id = %(company)s AND environment = %(environment)s
), line (id) AS (
    SELECT %(id)s::text COLLATE "C"
    UNION
    SELECT made.origin FROM line JOIN made ON made.id = line.id WHERE made.origin NOT IN ('', 'corridor')
)
SELECT id FROM line
"""
_MADE = """
INSERT INTO corridor.credential_makers (company_id, environment, credential_id, created_by) VALUES (%s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""


def maker(who: Caller) -> str:
    """Who a caller is, as the maker of something: the person, where a person calls by a client."""
    return who.subject if who.kind == method_pb2.CALLER_KIND_USER else who.caller_id


def made(connection: Connection, context: Context, credential_id: str) -> None:
    """Keep who makes a credential, within the transaction that makes it. API keys keep it themselves."""
    who = context.who
    connection.execute(_MADE, (who.company_id, who.environment, credential_id, maker(who)))


def same_origin(connection: Connection, context: Context, requester_id: str, approver_id: str) -> bool:
    """Whether two callers are one, or one made the other, or the same maker made both, over any number of steps.

    An id is that of a person where a person calls, and else that of the API key or OAuth client.
    """
    return not line(connection, context, requester_id).isdisjoint(line(connection, context, approver_id))


def line(connection: Connection, context: Context, caller_id: str) -> frozenset[str]:
    """A caller, and everybody and everything that it goes back to."""
    who = context.who
    values = {"company": who.company_id, "environment": who.environment, "id": caller_id}
    return frozenset(row[0] for row in connection.execute(_LINE, values).fetchall())
